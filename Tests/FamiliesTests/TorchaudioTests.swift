import LHFamilies
import LHJSON
import LHModel
import LHTestSupport
import Testing

/// State dicts of torchaudio, which have no configuration, and the pruned models, which have torchaudio's names and
/// one.
@Suite struct TorchaudioTests {
  @Test func `Everything but heads and strides is in the tensors`() throws {
    let reading = try FamilySketch.torchaudio().reading(ReadingChoices(heads: 2))
    #expect(reading.family == .wav2Vec2 && reading.container == .torchaudio && reading.shape == FamilySketch.shape)
    #expect(
      reading.summary
        == "wav2vec 2.0 (2 layers of width 16), torchaudio state dict, group norm, waveform as it is")
    #expect(reading.notes.count == 1 && reading.notes[0].contains("2 heads, strides of 5 and then 2"))
  }

  @Test func `Layer norms in the extractor mean norms before and a normalised waveform`() throws {
    var sketch = FamilySketch.torchaudio(norm: .layer, hasBias: true)
    var expected = FamilySketch.shapeOfLayerNorms
    for index in expected.convolutions.indices { expected.convolutions[index].hasBias = true }
    expected.normPlacement = .before
    #expect(try sketch.reading(ReadingChoices(heads: 2)).shape == expected)
    // The older and the newer form of weight norm say the same of taps and groups.
    sketch.rename("conv.weight_g", to: "conv.parametrizations.weight.original0")
    sketch.rename("conv.weight_v", to: "conv.parametrizations.weight.original1")
    #expect(try sketch.reading(ReadingChoices(heads: 2)).shape == expected)
    #expect(try !sketch.reading(ReadingChoices(normalizesWaveform: false, heads: 2)).shape.normalizesWaveform)
  }

  @Test func `Heads of a width that was not published must be named`() {
    let sketch = FamilySketch.torchaudio()
    #expect(sketch.fault()?.description.contains("of width 16, which does not say how many heads") == true)
    for heads in [0, -1, 3, 17] {
      #expect(sketch.fault(ReadingChoices(heads: heads))?.description.contains("--heads is \(heads)") == true)
    }
  }

  @Test func `A head for words is left out`() throws {
    var sketch = FamilySketch.torchaudio()
    sketch.prefix("model.")
    sketch.tensors["model.aux.weight"] = [29, 16]
    sketch.tensors["model.aux.bias"] = [29]
    let notes = try sketch.reading(ReadingChoices(heads: 2)).notes
    #expect(notes.last == "left out, as they are no part of the encoder: aux")
  }

  @Test func `WavLM's queries, keys and values are packed`() throws {
    var sketch = FamilySketch.torchaudio()
    sketch.remove { name in
      ["q_proj", "k_proj", "v_proj", "out_proj"].contains { name.contains(".attention.\($0).") }
    }
    for layer in 0..<2 {
      let place = "encoder.transformer.layers.\(layer).attention"
      sketch.tensors["\(place).attention.in_proj_weight"] = [48, 16]
      sketch.tensors["\(place).attention.in_proj_bias"] = [48]
      sketch.tensors["\(place).attention.out_proj.weight"] = [16, 16]
      sketch.tensors["\(place).attention.out_proj.bias"] = [16]
      sketch.tensors["\(place).gru_rel_pos_linear.weight"] = [8, 8]
      sketch.tensors["\(place).gru_rel_pos_linear.bias"] = [8]
      sketch.tensors["\(place).gru_rel_pos_const"] = [1, 2, 1, 1]
    }
    sketch.tensors["encoder.transformer.layers.0.attention.rel_attn_embed.weight"] = [320, 2]
    let reading = try sketch.reading(ReadingChoices(heads: 2))
    var expected = FamilySketch.shape
    expected.attentionBias = .gatedRelative(GatedRelativeBias(buckets: 320, maxDistance: 800, heads: 2))
    #expect(reading.family == .wavLM && reading.shape == expected)
    let place = "encoder.transformer.layers.1.attention.attention."
    for (role, rows) in [
      (TensorRole.weight(.query(1)), 0..<16), (.weight(.key(1)), 16..<32), (.weight(.value(1)), 32..<48),
    ] {
      let source = reading.tensors.first { $0.tensor.role == role }?.source
      #expect(source == .rows(place + "in_proj_weight", rows))
    }
    for (role, rows) in [
      (TensorRole.bias(.query(1)), 0..<16), (.bias(.key(1)), 16..<32), (.bias(.value(1)), 32..<48),
    ] {
      #expect(reading.tensors.first { $0.tensor.role == role }?.source == .rows(place + "in_proj_bias", rows))
    }
    #expect(
      reading.tensors.first { $0.tensor.role == .weight(.attentionOutput(1)) }?.source
        == .whole(place + "out_proj.weight"))
    sketch.tensors[place + "in_proj_weight"] = [47, 16]
    #expect(sketch.fault(ReadingChoices(heads: 2)) != nil)
    sketch.tensors[place + "in_proj_weight"] = [48, 15]
    #expect(sketch.fault(ReadingChoices(heads: 2))?.description.contains("[48, 15], expected [48, 16]") == true)
  }

  @Test func `A state dict without layers, or that does not end, is refused`() {
    var sketch = FamilySketch.torchaudio()
    sketch.remove { $0.contains(".layers.") && $0.hasPrefix("encoder.") }
    #expect(sketch.fault(ReadingChoices(heads: 2)) != nil)
    sketch = FamilySketch.torchaudio()
    sketch.tensors["encoder.transformer.layer_norm.weight"] = nil
    guard case .notRecognized = sketch.fault(ReadingChoices(heads: 2)) else {
      Issue.record("\(String(describing: sketch.fault()))")
      return
    }
    for shape in [[], [0], [1 << 40], [16, 16]] {
      sketch.tensors["encoder.transformer.layer_norm.weight"] = shape
      #expect(sketch.fault(ReadingChoices(heads: 2)) != nil, "\(shape)")
    }
  }

  @Test(arguments: [
    ("feature_extractor.conv_layers.1.conv.weight", [1 << 45, 8, 3], "the channels of convolution 1"),
    ("feature_extractor.conv_layers.1.conv.weight", [0, 8, 3], "the channels of convolution 1"),
    ("feature_extractor.conv_layers.1.conv.weight", [6, 8, 1 << 45], "the kernel of convolution 1"),
    ("encoder.transformer.layers.1.feed_forward.intermediate_dense.weight", [1 << 45, 0], "the FFN of layer 1"),
    ("encoder.transformer.pos_conv_embed.conv.weight_v", [16, 4, 1 << 45], "the position convolution's kernel"),
    ("encoder.transformer.layer_norm.weight", [1 << 45], "the width"),
  ])
  func `Sizes that only tensors tell are held to the limits`(name: String, shape: [Int], words: String) {
    var sketch = FamilySketch.torchaudio()
    sketch.tensors[name] = shape
    let fault = sketch.fault(ReadingChoices(heads: 2))
    #expect(fault?.description.contains(words) == true, "\(fault?.description ?? "taken")")
  }

  // MARK: Pruned models

  /// Two layers: attention of one head of three and an FFN of 5; no attention and no FFN.
  private static func pruned() -> FamilySketch {
    var sketch = FamilySketch.torchaudio()
    sketch.remove { $0.hasPrefix("encoder.transformer.layers.") }
    for layer in 0..<2 {
      for norm in ["layer_norm", "final_layer_norm"] {
        for part in ["weight", "bias"] { sketch.tensors["encoder.transformer.layers.\(layer).\(norm).\(part)"] = [16] }
      }
    }
    let place = "encoder.transformer.layers.0"
    for part in ["q_proj", "k_proj", "v_proj"] {
      sketch.tensors["\(place).attention.\(part).weight"] = [8, 16]
      sketch.tensors["\(place).attention.\(part).bias"] = [8]
    }
    sketch.tensors["\(place).attention.out_proj.weight"] = [16, 8]
    sketch.tensors["\(place).attention.out_proj.bias"] = [16]
    sketch.tensors["\(place).feed_forward.intermediate_dense.weight"] = [5, 16]
    sketch.tensors["\(place).feed_forward.intermediate_dense.bias"] = [5]
    sketch.tensors["\(place).feed_forward.output_dense.weight"] = [16, 5]
    sketch.tensors["\(place).feed_forward.output_dense.bias"] = [16]
    sketch.tensors["feature_extractor.dummy_weight"] = [6]
    sketch.configurations = [
      "config": .object([
        "extractor_mode": "group_norm",
        "extractor_conv_layer_config": .array([.array([8, 10, 5]), .array([6, 3, 2])]), "encoder_embed_dim": 16,
        "encoder_num_layers": 2, "encoder_layer_norm_first": false, "encoder_pos_conv_kernel": 4,
        "encoder_pos_conv_groups": 4, "normalize_waveform": false, "encoder_head_dim": 8,
        "encoder_num_heads": .array([1, 0]), "encoder_use_attention": .array([true, false]),
        "encoder_use_feed_forward": .array([true, false]), "encoder_ff_interm_features": .array([5, 0]),
        "encoder_prune_attention_heads": false, "extractor_prune_conv_channels": false,
      ])
    ]
    return sketch
  }

  private static var prunedShape: EncoderShape {
    var shape = FamilySketch.shape
    shape.scalesChannels = true
    shape.layers = [
      LayerShape(attention: AttentionShape(heads: 1, headSize: 8), feedForwardWidth: 5),
      LayerShape(attention: nil, feedForwardWidth: nil),
    ]
    return shape
  }

  private func change(_ sketch: inout FamilySketch, _ key: String, _ value: JSONValue) {
    var config = sketch.configurations["config"]?.object ?? [:]
    config[key] = value
    sketch.configurations["config"] = .object(config)
  }

  @Test func `DPHuBERT's layers have what pruning left`() throws {
    let reading = try Self.pruned().reading()
    #expect(reading.family == .dpHuBERT && reading.container == .pruned && reading.shape == Self.prunedShape)
    #expect(
      reading.summary == "DPHuBERT, checkpoint of DPHuBERT's authors, group norm, waveform as it is")
  }

  @Test(arguments: [
    "extractor_prune_conv_channels", "encoder_prune_attention_heads", "encoder_prune_attention_layer",
    "encoder_prune_feed_forward_intermediate", "encoder_prune_feed_forward_layer",
  ])
  func `A model that is still being pruned is refused`(key: String) {
    var sketch = Self.pruned()
    change(&sketch, key, true)
    #expect(sketch.fault()?.description.contains("config.\(key) is true, expected false") == true)
  }

  @Test func `Hard concrete parameters are refused`() {
    var sketch = Self.pruned()
    sketch.tensors["encoder.transformer.layers.0.attention.hard_concrete_for_heads.log_alpha"] = [1]
    #expect(sketch.fault()?.unused != nil)
  }

  @Test(
    arguments: [
      ("encoder_num_heads", .array([1])), ("encoder_num_heads", 1), ("encoder_num_heads", .array([1, 2_000])),
      ("encoder_num_heads", .null), ("encoder_num_heads", .array([-1, 0])), ("encoder_num_heads", .array(["1", 0])),
      ("encoder_use_attention", .array([true])), ("encoder_use_attention", true),
      ("encoder_use_feed_forward", .array([true, "x"])), ("encoder_ff_interm_features", .array([5, 70_000])),
      ("encoder_ff_interm_features", .null), ("encoder_head_dim", 0), ("encoder_head_dim", 1_000_000),
      ("encoder_num_layers", 1_000_000), ("encoder_num_layers", 3), ("extractor_mode", "default"),
      ("extractor_conv_layer_config", .array([])), ("extractor_conv_layer_config", .array([.array([8, 10])])),
      ("extractor_conv_layer_config", .array([.array([8, 10, 5]), .array([0, 3, 2])])),
      ("encoder_layer_norm_first", "x"),
    ] as [(String, JSONValue)])
  func `A list that does not fit is refused`(key: String, value: JSONValue) {
    var sketch = Self.pruned()
    change(&sketch, key, value)
    #expect(sketch.fault() != nil)
  }

  /// The same of WavLM: of four heads of size 4 layer 0 has kept 1 and 3.
  private static func prunedWavLM(_ remaining: JSONValue = .array([.array([1, 3]), .array([])])) -> FamilySketch {
    var sketch = pruned()
    var config = sketch.configurations["config"]?.object ?? [:]
    config["encoder_num_heads"] = nil
    config["encoder_head_dim"] = nil
    config["encoder_total_num_heads"] = .array([4, 4])
    config["encoder_remaining_heads"] = remaining
    config["encoder_num_buckets"] = 32
    config["encoder_max_distance"] = 64
    sketch.configurations["config"] = .object(config)
    let place = "encoder.transformer.layers.0.attention"
    sketch.tensors["\(place).rel_attn_embed.weight"] = [32, 4]
    sketch.tensors["\(place).gru_rel_pos_linear.weight"] = [8, 4]
    sketch.tensors["\(place).gru_rel_pos_linear.bias"] = [8]
    sketch.tensors["\(place).gru_rel_pos_const"] = [1, 4, 1, 1]
    return sketch
  }

  @Test func `DPWavLM's heads have the biases of the heads that they were`() throws {
    let reading = try Self.prunedWavLM().reading()
    var expected = Self.prunedShape
    expected.attentionBias = .gatedRelative(GatedRelativeBias(buckets: 32, maxDistance: 64, heads: 4))
    expected.layers[0].attention = AttentionShape(heads: 2, headSize: 4, biasHeads: [1, 3])
    #expect(reading.family == .dpWavLM && reading.shape == expected)
    #expect(reading.summary == "DPWavLM, checkpoint of DPHuBERT's authors, group norm, waveform as it is")
  }

  @Test(
    arguments: [
      .array([.array([1, 4]), .array([])]), .array([.array([1, 1]), .array([])]),
      .array([.array([-1, 1]), .array([])]),
      .array([.array([1]), .array([])]), .array([.array([1, 3])]), .array([.array(["1", 3]), .array([])]), 7,
      .array([.array([0, 1, 2, 3]), .array([])]), .array([.array([1, 3]), 0]),
    ] as [JSONValue])
  func `Heads that cannot have been left are refused`(remaining: JSONValue) {
    #expect(Self.prunedWavLM(remaining).fault() != nil)
  }

  @Test func `All heads mean no list of them, and no heads twice`() throws {
    var sketch = Self.prunedWavLM(.array([.array([0, 1, 2, 3]), .array([])]))
    let place = "encoder.transformer.layers.0.attention"
    for part in ["q_proj", "k_proj", "v_proj"] {
      sketch.tensors["\(place).\(part).weight"] = [16, 16]
      sketch.tensors["\(place).\(part).bias"] = [16]
    }
    sketch.tensors["\(place).out_proj.weight"] = [16, 16]
    #expect(try sketch.reading().shape.layers[0].attention == AttentionShape(heads: 4, headSize: 4))
    change(&sketch, "encoder_remaining_heads", .array([.array([0, 0, 2, 3]), .array([])]))
    #expect(sketch.fault() != nil)
  }

  /// The published code computes no bias at all then: the table went with the attention.
  @Test func `Without attention in the first layer there is no bias, and the gates are left`() throws {
    var sketch = Self.prunedWavLM(.array([.array([]), .array([1, 3])]))
    sketch.remove { $0.contains("rel_attn_embed") }
    sketch.rename("layers.0.attention.", to: "layers.1.attention.")
    change(&sketch, "encoder_use_attention", .array([false, true]))
    let reading = try sketch.reading()
    #expect(reading.shape.attentionBias == .none)
    #expect(reading.shape.layers.map { $0.attention?.heads } == [nil, 2])
    #expect(reading.shape.layers[1].attention?.biasHeads == nil)
    // With it, the gates would be used.
    var whole = Self.prunedWavLM()
    whole.remove { $0.contains("rel_attn_embed") }
    #expect(whole.fault() != nil)
  }
}
