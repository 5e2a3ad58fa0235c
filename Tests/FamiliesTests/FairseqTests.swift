import LHFamilies
import LHJSON
import LHModel
import LHTestSupport
import Testing

/// Checkpoints of fairseq's, and of those who write its configuration at another place.
@Suite struct FairseqTests {
  @Test func `A HuBERT is read`() throws {
    let reading = try FamilySketch.fairseq().reading()
    #expect(reading.family == .huBERT && reading.container == .fairseq)
    #expect(reading.shape == FamilySketch.shape)
    #expect(reading.notes == [])
    #expect(
      reading.summary
        == "HuBERT (2 layers of width 16), fairseq checkpoint, group norm, waveform as it is")
    #expect(reading.tensors.map(\.tensor) == EncoderLayout(reading.shape).tensors)
    let names = Set(reading.tensors.flatMap { $0.sources.map(\.name) })
    #expect(names == Set(FamilySketch.fairseq().tensors.keys).subtracting(["mask_emb"]))
  }

  @Test(arguments: [
    ("hubert", ModelFamily.huBERT), ("hubert_ctc", .huBERT), ("contentvec", .huBERT), ("wav2vec2", .wav2Vec2),
    ("wav2vec_ctc", .wav2Vec2), ("data2vec_audio", .data2VecAudio), ("wavlm", .wavLM),
  ])
  func `The family is that of the name`(name: String, family: ModelFamily) throws {
    #expect(try FamilySketch.fairseq(name).reading().family == family)
    var older = FamilySketch.fairseq(nil)
    var arguments = FamilySketch.fairseqModel(nil)
    arguments["arch"] = .string(name)
    arguments["normalize"] = true
    older.configurations = ["args": .object(arguments)]
    let reading = try older.reading()
    #expect(reading.family == family && reading.shape.normalizesWaveform)
  }

  @Test func `Without a name it is a wav2vec 2,0`() throws {
    let reading = try FamilySketch.fairseq(nil).reading()
    #expect(reading.family == .wav2Vec2)
    #expect(reading.notes == ["cfg.model does not name the model: taken as wav2vec 2.0"])
  }

  @Test func `Layer norms, norms before and biases are read one by one`() throws {
    var sketch = FamilySketch.fairseq("wav2vec2", norm: .layer, hasBias: true)
    sketch.changeModel { $0["layer_norm_first"] = true }
    let reading = try sketch.reading()
    var expected = FamilySketch.shapeOfLayerNorms
    for index in expected.convolutions.indices { expected.convolutions[index].hasBias = true }
    expected.normPlacement = .before
    #expect(reading.shape == expected)
    #expect(
      reading.summary
        == "wav2vec 2.0 (2 layers of width 16), fairseq checkpoint, layer norms, pre-norm, waveform normalised"
        + " (eps 1e-05)"
    )
    sketch.changeModel { $0["layer_norm_first"] = false }
    #expect(try sketch.reading().shape.normPlacement == .after)
  }

  @Test func `Biases of convolutions are those that are there`() throws {
    var sketch = FamilySketch.fairseq()
    sketch.changeModel { $0["conv_bias"] = true }
    #expect(try sketch.reading().shape == FamilySketch.shape)
    sketch.tensors["feature_extractor.conv_layers.0.0.bias"] = [8]
    sketch.tensors["feature_extractor.conv_layers.1.0.bias"] = [6]
    #expect(try sketch.reading().shape.convolutions.map(\.hasBias) == [true, true])
  }

  @Test func `Whether the waveform is normalised is said at several places`() throws {
    var sketch = FamilySketch.fairseq()
    let model = sketch.configurations["cfg"]?["model"] ?? .null
    for (task, inner, expected) in [
      (true, false, true), (false, true, false), (nil, true, true), (nil, false, false), (nil, nil, false),
    ] as [(Bool?, Bool?, Bool)] {
      var fields = model.object ?? [:]
      fields["normalize"] = inner.map { .bool($0) } ?? .null
      sketch.configurations = [
        "cfg": .object([
          "model": .object(fields), "task": .object(["normalize": task.map { .bool($0) } ?? .null]),
        ])
      ]
      #expect(try sketch.reading().shape.normalizesWaveform == expected, "\(task as Any) \(inner as Any)")
    }
    // A reference of omegaconf's, which nobody resolved.
    sketch.configurations["cfg"] = .object([
      "model": model, "task": .object(["normalize": "${model.normalize}"]),
    ])
    #expect(try sketch.reading().shape.normalizesWaveform == false)
    sketch.configurations["cfg"] = .object(["model": model, "task": .object(["normalize": "perhaps"])])
    #expect(sketch.fault()?.description.contains("normalize is \"perhaps\", expected true or false") == true)
    // Without a word of it, an extractor with layer norms has it.
    var layers = FamilySketch.fairseq(norm: .layer)
    layers.configurations["cfg"] = .object(["model": layers.configurations["cfg"]?["model"] ?? .null])
    #expect(try layers.reading().shape.normalizesWaveform)
  }

  @Test func `A fine-tuned model has its encoder's configuration inside`() throws {
    let inner = FamilySketch.fairseqModel("wav2vec2")
    for (prefix, left, arguments) in [
      (
        "w2v_encoder.w2v_model.", "w2v_encoder.proj",
        JSONValue.object(["model": .object(inner), "task": .object(["normalize": false])])
      ),
      ("encoder.w2v_model.", "w2v_encoder", .object(inner)),
    ] {
      var sketch = FamilySketch.fairseq()
      sketch.prefix(prefix)
      sketch.tensors["w2v_encoder.proj.weight"] = [5, 16]
      sketch.configurations["cfg"] = .object([
        "model": .object(["_name": "wav2vec_ctc", "w2v_args": arguments]), "task": .object(["normalize": false]),
      ])
      let reading = try sketch.reading()
      #expect(reading.family == .wav2Vec2 && reading.shape == FamilySketch.shape)
      #expect(reading.notes == ["left out, as they are no part of the encoder: \(left)"])
      #expect(reading.tensors.first?.source == .whole(prefix + "feature_extractor.conv_layers.0.0.weight"))
    }
  }

  @Test func `data2vec has several position convolutions`() throws {
    var sketch = FamilySketch.fairseq("data2vec_audio", norm: .layer)
    sketch.remove { $0.hasPrefix("encoder.pos_conv.") }
    for index in 0..<5 {
      sketch.tensors["encoder.pos_conv.\(index).0.weight"] = [16, 4, 19]
      sketch.tensors["encoder.pos_conv.\(index).0.bias"] = [16]
    }
    sketch.tensors["final_proj.0.weight"] = [16, 16]
    sketch.changeModel {
      $0["pos_conv_depth"] = 5
      $0["conv_pos"] = 95
    }
    let reading = try sketch.reading()
    var expected = FamilySketch.shapeOfLayerNorms
    expected.position = PositionShape(
      kind: .layered, groups: 4,
      layers: Array(repeating: .init(inputChannels: 16, outputChannels: 16, kernel: 19), count: 5))
    #expect(reading.family == .data2VecAudio && reading.shape == expected && reading.notes == [])
  }

  @Test func `A batch norm before the position convolution is a gain and a bias`() throws {
    var sketch = FamilySketch.fairseq()
    sketch.remove { $0.hasPrefix("encoder.pos_conv.") }
    for part in ["weight", "bias", "running_mean", "running_var"] {
      sketch.tensors["encoder.pos_conv.0.\(part)"] = [16]
    }
    sketch.tensors["encoder.pos_conv.0.num_batches_tracked"] = []
    sketch.tensors["encoder.pos_conv.1.weight"] = [16, 4, 4]
    sketch.tensors["encoder.pos_conv.1.bias"] = [16]
    sketch.changeModel { $0["conv_pos_batch_norm"] = true }
    let reading = try sketch.reading()
    var expected = FamilySketch.shape
    expected.position?.kind = .batchNormed
    #expect(reading.shape == expected && reading.notes == [])
    let gain = try #require(reading.tensors.first { $0.tensor.role == .weight(.positionNorm) })
    #expect(gain.sources.map(\.name) == ["encoder.pos_conv.0.weight", "encoder.pos_conv.0.running_var"])
    sketch.tensors["encoder.pos_conv.0.running_var"] = nil
    #expect(sketch.fault()?.description.contains("encoder.pos_conv.0.running_var is missing") == true)
  }

  @Test func `HuBERT's final projection is taken`() throws {
    var sketch = FamilySketch.fairseq("contentvec")
    sketch.tensors["final_proj.weight"] = [12, 16]
    sketch.tensors["final_proj.bias"] = [12]
    sketch.tensors["label_embs_concat"] = [50, 12]
    let reading = try sketch.reading()
    #expect(reading.shape.finalProjection == 12 && reading.notes == [])
    #expect(reading.summary.hasSuffix(", final projection to 12"))
    // Without its bias, of another width, or of another family it is no such layer.
    sketch.tensors["final_proj.bias"] = nil
    #expect(try sketch.reading().shape.finalProjection == nil)
    sketch.tensors["final_proj.bias"] = [12]
    sketch.tensors["final_proj.weight"] = [12, 15]
    #expect(try sketch.reading().shape.finalProjection == nil)
    sketch.tensors["final_proj.weight"] = [12, 16]
    sketch.changeModel { $0["_name"] = "wav2vec2" }
    #expect(try sketch.reading().shape.finalProjection == nil)
  }

  @Test func `Layers beyond the configuration's are left out, and that is told`() throws {
    var sketch = FamilySketch.fairseq("contentvec")
    for (name, shape) in sketch.tensors where name.hasPrefix("encoder.layers.1.") {
      sketch.tensors["encoder.layers.2." + name.dropFirst("encoder.layers.1.".count)] = shape
    }
    sketch.tensors["encoder.cond_layer_norm.weight"] = [16]
    let reading = try sketch.reading()
    #expect(reading.shape == FamilySketch.shape)
    #expect(
      reading.notes == [
        "the file has more layers than the 2 of the configuration, and those are left out"
      ])
  }

  // MARK: Others who write it

  @Test func `s3prl's copies have it under other keys`() throws {
    var sketch = FamilySketch.fairseq()
    sketch.configurations = [
      "task_cfg": .object(["normalize": true]), "model_cfg": .object(FamilySketch.fairseqModel("hubert")),
    ]
    let reading = try sketch.reading()
    #expect(reading.container == .s3prl && reading.family == .huBERT && reading.shape.normalizesWaveform)
    #expect(
      reading.summary
        == "HuBERT (2 layers of width 16), converted by s3prl, group norm, waveform normalised (eps 1e-05)")
  }

  /// WavLM's tensors beside those of all.
  private static func wavLM() -> FamilySketch {
    var sketch = FamilySketch.fairseq()
    sketch.tensors["encoder.layers.0.self_attn.relative_attention_bias.weight"] = [32, 2]
    for layer in 0..<2 {
      sketch.tensors["encoder.layers.\(layer).self_attn.grep_linear.weight"] = [8, 8]
      sketch.tensors["encoder.layers.\(layer).self_attn.grep_linear.bias"] = [8]
      sketch.tensors["encoder.layers.\(layer).self_attn.grep_a"] = [1, 2, 1, 1]
    }
    var flat = FamilySketch.fairseqModel(nil)
    flat["normalize"] = false
    flat["relative_position_embedding"] = true
    flat["num_buckets"] = 32
    flat["max_distance"] = 64
    flat["gru_rel_pos"] = true
    flat["expand_attention_head_size"] = -1
    sketch.configurations = ["cfg": .object(flat)]
    return sketch
  }

  @Test func `WavLM's authors have a flat configuration`() throws {
    var sketch = Self.wavLM()
    let reading = try sketch.reading()
    var expected = FamilySketch.shape
    expected.attentionBias = .gatedRelative(GatedRelativeBias(buckets: 32, maxDistance: 64, heads: 2))
    #expect(reading.container == .microsoft && reading.family == .wavLM && reading.shape == expected)
    #expect(
      reading.summary
        == "WavLM (2 layers of width 16), checkpoint of WavLM's authors, group norm, waveform as it is")
    var flat = sketch.configurations["cfg"]?.object ?? [:]
    flat["max_distance"] = nil
    sketch.configurations["cfg"] = .object(flat)
    expected.attentionBias = .gatedRelative(GatedRelativeBias(buckets: 32, maxDistance: 1280, heads: 2))
    #expect(try sketch.reading().shape == expected)
    flat["gru_rel_pos"] = false
    sketch.configurations["cfg"] = .object(flat)
    #expect(sketch.fault()?.description.contains("gru_rel_pos is false") == true)
  }

  @Test func `WavLM without a part of its bias is refused`() {
    for name in [
      "encoder.layers.1.self_attn.grep_a", "encoder.layers.1.self_attn.grep_linear.bias",
      "encoder.layers.0.self_attn.relative_attention_bias.weight",
    ] {
      var sketch = Self.wavLM()
      sketch.tensors[name] = nil
      guard case .tensorsDoNotFit = sketch.fault() else {
        Issue.record("\(name): \(String(describing: sketch.fault()))")
        continue
      }
    }
    var sketch = Self.wavLM()
    sketch.tensors["encoder.layers.0.self_attn.relative_attention_bias.weight"] = [31, 2]
    #expect(sketch.fault()?.description.contains("[31, 2], expected [32, 2]") == true)
  }

  @Test func `DistilHuBERT has no norm before its projection`() throws {
    var sketch = FamilySketch.encoder(.fairseq)
    sketch.remove { $0.hasPrefix("layer_norm.") }
    sketch.tensors["output_layer.0.weight"] = [48, 16]
    var model = FamilySketch.fairseqModel(nil)
    model["extractor_conv_feature_layers"] = model["conv_feature_layers"]
    model["conv_feature_layers"] = nil
    sketch.configurations = ["Config": .object(["distiller": .object(model)])]
    let reading = try sketch.reading()
    var expected = FamilySketch.shape
    expected.normalizesFeatures = false
    #expect(reading.family == .distilHuBERT && reading.container == .distiller && reading.shape == expected)
    #expect(reading.summary == "DistilHuBERT, s3prl checkpoint, group norm, waveform as it is")
    #expect(reading.notes == ["left out, as they are no part of the encoder: output_layer"])
  }
}
