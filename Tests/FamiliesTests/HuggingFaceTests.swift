import LHFamilies
import LHJSON
import LHModel
import LHTensorNames
import LHTestSupport
import Testing

/// Hugging Face folders.
@Suite struct HuggingFaceTests {
  @Test func `A HuBERT is read`() throws {
    let reading = try FamilySketch.huggingFace().reading()
    var expected = FamilySketch.shape
    expected.waveformEpsilon = 1e-7
    #expect(reading.family == .huBERT && reading.container == .huggingFace)
    #expect(reading.shape == expected && reading.notes == [])
    #expect(
      reading.summary == "HuBERT (2 layers of width 16), Hugging Face files, group norm, waveform as it is")
    let names = Set(reading.tensors.flatMap { $0.sources.map(\.name) })
    #expect(names == Set(FamilySketch.huggingFace().tensors.keys).subtracting(["masked_spec_embed"]))
  }

  @Test(arguments: [
    ("hubert", ModelFamily.huBERT, "hubert."), ("wav2vec2", .wav2Vec2, "wav2vec2."),
    ("unispeech", .uniSpeech, "unispeech."), ("unispeech-sat", .uniSpeechSAT, "unispeech_sat."),
  ])
  func `Names may have the model's prefix, and heads lie beside it`(
    type: String, family: ModelFamily, prefix: String
  ) throws {
    var sketch = FamilySketch.huggingFace(type)
    sketch.prefix(prefix)
    sketch.tensors["lm_head.weight"] = [5, 16]
    sketch.tensors["lm_head.bias"] = [5]
    sketch.tensors["quantizer.codevectors"] = [1, 4, 4]
    sketch.tensors["project_hid.weight"] = [4, 16]
    sketch.tensors["layer_weights"] = [3]
    let reading = try sketch.reading()
    var expected = FamilySketch.shape
    expected.waveformEpsilon = 1e-7
    #expect(reading.family == family && reading.shape == expected)
    #expect(reading.notes == ["left out, as they are no part of the encoder: lm_head"])
  }

  @Test func `Layer norms, norms before and normalising are read one by one`() throws {
    var sketch = FamilySketch.huggingFace("wav2vec2", norm: .layer, hasBias: true)
    sketch.config?["do_stable_layer_norm"] = true
    var expected = FamilySketch.shapeOfLayerNorms
    for index in expected.convolutions.indices { expected.convolutions[index].hasBias = true }
    expected.normPlacement = .before
    expected.waveformEpsilon = 1e-7
    let reading = try sketch.reading()
    #expect(reading.shape == expected)
    #expect(
      reading.summary
        == "wav2vec 2.0 (2 layers of width 16), Hugging Face files, layer norms, pre-norm, waveform normalised"
        + " (eps 1e-07)"
    )
    sketch.preprocessor?["do_normalize"] = false
    sketch.config?["do_stable_layer_norm"] = "False"
    expected.normalizesWaveform = false
    expected.normPlacement = .after
    #expect(try sketch.reading().shape == expected)
  }

  @Test func `Missing keys have the defaults of transformers`() throws {
    // Whether they are those of a Base model shows in what is missed.
    var sketch = FamilySketch.huggingFace()
    sketch.config = ["model_type": "hubert"]
    guard case .tensorsDoNotFit(let title, let problems) = sketch.fault() else {
      Issue.record("\(String(describing: sketch.fault()))")
      return
    }
    #expect(title.name == "HuBERT Base")
    #expect(problems.count > 100)
    #expect(problems.first?.description.contains("[512, 1, 10]") == true)
  }

  @Test func `A preprocessor without a word normalises, and none goes by the extractor`() throws {
    var sketch = FamilySketch.huggingFace()
    sketch.preprocessor = [:]
    #expect(try sketch.reading().shape.normalizesWaveform)
    sketch.preprocessor = ["do_normalize": .null]
    #expect(try sketch.reading().shape.normalizesWaveform)
    sketch.preprocessor = nil
    var reading = try sketch.reading()
    #expect(!reading.shape.normalizesWaveform)
    #expect(
      reading.notes == [
        "there is no preprocessor_config.json: the waveform is taken as it is, as in models with a group norm extractor"
          + " (--normalize says otherwise)"
      ])
    var layers = FamilySketch.huggingFace(norm: .layer)
    layers.preprocessor = nil
    reading = try layers.reading()
    #expect(reading.shape.normalizesWaveform && reading.notes.first?.contains("is normalised, as in") == true)
  }

  @Test func `The exact GELU has two names`() throws {
    var sketch = FamilySketch.huggingFace()
    sketch.config?["hidden_act"] = "gelu_python"
    sketch.config?["feat_extract_activation"] = "gelu_python"
    #expect(try sketch.reading().shape.activation == .gelu)
  }

  @Test func `A size that is added to a variance which is not computed is told`() throws {
    let reading = try FamilySketch.huggingFace().reading(ReadingChoices(waveformEpsilon: 0.25))
    #expect(reading.notes == ["the waveform is not normalised, so that --waveform-eps changes nothing"])
  }

  @Test func `A user's choices count`() throws {
    let sketch = FamilySketch.huggingFace()
    let shape = try sketch.reading(ReadingChoices(normalizesWaveform: true, waveformEpsilon: 0.25)).shape
    #expect(shape.normalizesWaveform && shape.waveformEpsilon == 0.25)
    let layers = FamilySketch.huggingFace(norm: .layer)
    #expect(try !layers.reading(ReadingChoices(normalizesWaveform: false)).shape.normalizesWaveform)
  }

  @Test func `The projection may have no norm before it, by the configuration`() throws {
    for isInFile in [true, false] {
      var sketch = FamilySketch.huggingFace()
      sketch.config?["feat_proj_layer_norm"] = false
      if !isInFile { sketch.remove { $0.hasPrefix("feature_projection.layer_norm") } }
      if isInFile {
        // It would be used by a model that has it: the configuration and the file disagree.
        #expect(sketch.fault()?.unused != nil)
      } else {
        #expect(try !sketch.reading().shape.normalizesFeatures)
      }
    }
  }

  @Test func `Biases of convolutions are those that are there, and that is told`() throws {
    var sketch = FamilySketch.huggingFace(hasBias: true)
    #expect(try sketch.reading().notes == [])
    sketch.config?["conv_bias"] = false
    let reading = try sketch.reading()
    #expect(reading.shape.convolutions.map(\.hasBias) == [true, true])
    #expect(reading.notes == ["conv_bias is false, but the convolutions have biases, which are used"])
  }

  // MARK: Position convolution

  @Test func `Weight norm has three forms`() throws {
    let place = "encoder.pos_conv_embed.conv."
    func source(_ sketch: FamilySketch) throws -> FamilyTensor.Source? {
      try sketch.reading().tensors.first { $0.tensor.role == .weight(.position(0)) }?.source
    }
    var sketch = FamilySketch.huggingFace()
    #expect(try source(sketch) == .weightNorm(length: place + "weight_g", direction: place + "weight_v"))
    sketch.rename("conv.weight_g", to: "conv.parametrizations.weight.original0")
    sketch.rename("conv.weight_v", to: "conv.parametrizations.weight.original1")
    #expect(
      try source(sketch)
        == .weightNorm(
          length: place + "parametrizations.weight.original0", direction: place + "parametrizations.weight.original1"))
    sketch.tensors[place + "parametrizations.weight.original1"] = nil
    #expect(sketch.fault()?.description.contains("parametrizations.weight.original1 is missing") == true)
    sketch.tensors[place + "parametrizations.weight.original0"] = nil
    #expect(sketch.fault()?.description.contains(place + "weight_g is missing") == true)
    sketch.tensors[place + "weight"] = [16, 4, 4]
    #expect(try source(sketch) == .whole(place + "weight"))
  }

  @Test func `Weight norm over one axis is told from one over two by its shape`() {
    var sketch = FamilySketch.huggingFace()
    sketch.tensors["encoder.pos_conv_embed.conv.weight_g"] = [16, 1, 1]
    #expect(sketch.fault()?.description.contains("weight_g has shape [16, 1, 1], expected [1, 1, 4]") == true)
  }

  @Test func `Weight norm twice is refused`() {
    var sketch = FamilySketch.huggingFace()
    sketch.tensors["encoder.pos_conv_embed.conv.weight"] = [16, 4, 4]
    #expect(sketch.fault()?.unused != nil)
  }

  @Test func `A batch norm has names of today and older ones`() throws {
    for isOlder in [false, true] {
      var sketch = FamilySketch.huggingFace()
      sketch.remove { $0.hasPrefix("encoder.pos_conv_embed.conv.") }
      let norm = "encoder.pos_conv_embed." + (isOlder ? "conv.0" : "batch_norm")
      let convolution = "encoder.pos_conv_embed." + (isOlder ? "conv.1" : "conv")
      for part in ["weight", "bias", "running_mean", "running_var"] { sketch.tensors["\(norm).\(part)"] = [16] }
      sketch.tensors["\(norm).num_batches_tracked"] = []
      sketch.tensors["\(convolution).weight"] = [16, 4, 4]
      sketch.tensors["\(convolution).bias"] = [16]
      sketch.config?["conv_pos_batch_norm"] = true
      let reading = try sketch.reading()
      #expect(reading.shape.position?.kind == .batchNormed)
      let weight = reading.tensors.first { $0.tensor.role == .weight(.position(0)) }
      #expect(weight?.source == .whole("\(convolution).weight"))
      let bias = reading.tensors.first { $0.tensor.role == .bias(.positionNorm) }
      #expect(
        bias?.sources.map(\.name) == ["weight", "running_var", "bias", "running_mean"].map { "\(norm).\($0)" })
      sketch.tensors["\(norm).running_mean"] = nil
      #expect(sketch.fault()?.description.contains("\(norm).running_mean is missing") == true)
    }
  }

  @Test func `data2vec-audio counts position convolutions where others have taps`() throws {
    var sketch = FamilySketch.huggingFace("data2vec-audio", norm: .layer)
    sketch.remove { $0.hasPrefix("encoder.pos_conv_embed.") }
    for index in 0..<3 {
      sketch.tensors["encoder.pos_conv_embed.layers.\(index).conv.weight"] = [16, 4, 19]
      sketch.tensors["encoder.pos_conv_embed.layers.\(index).conv.bias"] = [16]
    }
    sketch.config?["num_conv_pos_embeddings"] = 3
    sketch.config?["conv_pos_kernel_size"] = 19
    sketch.config?["feat_extract_norm"] = nil
    // Its class has no such switch.
    sketch.config?["do_stable_layer_norm"] = true
    let reading = try sketch.reading()
    var expected = FamilySketch.shapeOfLayerNorms
    expected.waveformEpsilon = 1e-7
    expected.position = PositionShape(
      kind: .layered, groups: 4,
      layers: Array(repeating: .init(inputChannels: 16, outputChannels: 16, kernel: 19), count: 3))
    #expect(reading.family == .data2VecAudio && reading.shape == expected)
  }

  // MARK: WavLM, adapters

  @Test func `WavLM has a table and gates`() throws {
    var sketch = FamilySketch.huggingFace("wavlm")
    sketch.tensors["encoder.layers.0.attention.rel_attn_embed.weight"] = [32, 2]
    for layer in 0..<2 {
      sketch.tensors["encoder.layers.\(layer).attention.gru_rel_pos_linear.weight"] = [8, 8]
      sketch.tensors["encoder.layers.\(layer).attention.gru_rel_pos_linear.bias"] = [8]
      sketch.tensors["encoder.layers.\(layer).attention.gru_rel_pos_const"] = [1, 2, 1, 1]
    }
    sketch.config?["num_buckets"] = 32
    let reading = try sketch.reading()
    var expected = FamilySketch.shape
    expected.waveformEpsilon = 1e-7
    // The default of transformers.
    expected.attentionBias = .gatedRelative(GatedRelativeBias(buckets: 32, maxDistance: 800, heads: 2))
    #expect(reading.family == .wavLM && reading.shape == expected)
    sketch.config?["max_bucket_distance"] = 64
    expected.attentionBias = .gatedRelative(GatedRelativeBias(buckets: 32, maxDistance: 64, heads: 2))
    #expect(try sketch.reading().shape == expected)
    for (key, value) in [("num_buckets", 6), ("num_buckets", 320), ("max_bucket_distance", 8)] {
      var wrong = sketch
      wrong.config?[key] = .integer(value)
      #expect(wrong.fault() != nil, "\(key) \(value)")
    }
    // Tables without numbers, of more heads than there is memory for a list of.
    for shape in [[0, 1 << 45], [32, 1 << 45], [32, 0]] {
      sketch.tensors["encoder.layers.0.attention.rel_attn_embed.weight"] = shape
      #expect(sketch.fault()?.description.contains("the heads of the attention bias is ") == true)
    }
    // A table for another number of heads.
    sketch.tensors["encoder.layers.0.attention.rel_attn_embed.weight"] = [32, 4]
    #expect(sketch.fault() != nil)
  }

  @Test func `MMS has adapters`() throws {
    var sketch = FamilySketch.huggingFace("wav2vec2", norm: .layer)
    for layer in 0..<2 {
      let place = "encoder.layers.\(layer).adapter_layer"
      sketch.tensors["\(place).norm.weight"] = [16]
      sketch.tensors["\(place).norm.bias"] = [16]
      sketch.tensors["\(place).linear_1.weight"] = [3, 16]
      sketch.tensors["\(place).linear_1.bias"] = [3]
      sketch.tensors["\(place).linear_2.weight"] = [16, 3]
      sketch.tensors["\(place).linear_2.bias"] = [16]
    }
    sketch.config?["do_stable_layer_norm"] = true
    // Without the key they would not be used.
    #expect(sketch.fault()?.unused != nil)
    sketch.config?["adapter_attn_dim"] = 3
    #expect(try sketch.reading().shape.layers.map(\.adapterWidth) == [3, 3])
    sketch.config?["do_stable_layer_norm"] = false
    #expect(sketch.fault()?.description.contains("an adapter and norms behind") == true)
  }

  @Test func `Convolutions behind the encoder are left out, and that is told`() throws {
    var sketch = FamilySketch.huggingFace("wav2vec2")
    sketch.config?["add_adapter"] = true
    sketch.tensors["adapter.layers.0.conv.weight"] = [32, 16, 3]
    let notes = try sketch.reading().notes
    #expect(notes.count == 2 && notes[0].hasPrefix("add_adapter: ") && notes[1].hasSuffix(": adapter"))
  }

  @Test func `Published sizes have their names`() {
    for (type, width, layers, heads, name) in [
      ("hubert", 768, 12, 12, "HuBERT Base"), ("hubert", 1024, 24, 16, "HuBERT Large"),
      ("hubert", 1280, 48, 16, "HuBERT XLarge"), ("wav2vec2", 1280, 48, 16, "wav2vec 2.0 1B"),
      ("wav2vec2", 1920, 48, 16, "wav2vec 2.0 2B"), ("wavlm", 1024, 24, 16, "WavLM Large"),
    ] {
      var sketch = FamilySketch.huggingFace(type)
      sketch.config?["hidden_size"] = .integer(width)
      sketch.config?["num_hidden_layers"] = .integer(layers)
      sketch.config?["num_attention_heads"] = .integer(heads)
      sketch.config?["num_conv_pos_embedding_groups"] = 16
      guard case .tensorsDoNotFit(let title, _) = sketch.fault() else {
        Issue.record("\(String(describing: sketch.fault()))")
        continue
      }
      #expect(title.name == name)
    }
  }
}
