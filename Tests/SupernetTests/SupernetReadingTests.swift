import LHJSON
import LHSupernet
import LHSupernetCheckpoint
import LHTestSupport
import Testing

/// Which tensors of a checkpoint are taken for the model's.
@Suite struct SupernetReadingTests {
  private static var supernet: SmallSupernet { SmallSupernet(SmallSupernet.config { $0.encoderLayers = 2 }) }

  /// Name and shape of each tensor of the supernet, as the published code has them.
  private static let tensors = Dictionary(uniqueKeysWithValues: supernet.tensors.map { ($0.name, $0.shape) })

  private static func prefixed(_ prefix: String) -> [String: [Int]] {
    Dictionary(uniqueKeysWithValues: tensors.map { (prefix + $0.key, $0.value) })
  }

  private func read(_ tensors: [String: [Int]], others: [String: String] = [:]) throws -> SupernetReading {
    try SupernetReading(
      configurations: ["cfg": .object(["model": .object(Self.supernet.model)])], keys: "",
      tensors: tensors.keys.sorted(), shapeOf: { tensors[$0] }, otherEntry: { others[$0] })
  }

  private func fault(_ tensors: [String: [Int]], others: [String: String] = [:]) -> String {
    let error = #expect(throws: SubnetFault.self) { try read(tensors, others: others) }
    return error?.description ?? ""
  }

  @Test func `Published names need no note, whatever training left beside them`() throws {
    var tensors = Self.tensors
    for name in [
      "mask_emb", "label_embs_concat", "final_proj.weight", "layer_pred_heads.0.weight", "quantizer.vars",
      "decoder.layers.0.fc1.weight", "num_updates", "target_glu.0.weight", "encoder_proj.weight",
    ] { tensors[name] = [3] }
    let reading = try read(tensors)
    #expect(reading.names.prefix == "" && reading.notes == [] && reading.otherPrefixes == [])
    #expect(reading.names[published: "encoder.layer_norm.bias"] == "encoder.layer_norm.bias")
    #expect(reading.names[published: "mask_emb"] == nil)
  }

  @Test(arguments: [
    "module.", "model.", "_orig_mod.", "module.model.", "model._orig_mod.", "w2v_encoder.w2v_model.", "encoder.",
  ])
  func `A prefix that is the only one is stripped, with a note`(prefix: String) throws {
    var tensors = Self.prefixed(prefix)
    tensors[prefix + "mask_emb"] = [64]
    tensors["ctc.weight"] = [3]
    let reading = try read(tensors)
    #expect(reading.names.prefix == prefix)
    #expect(reading.names[published: "layer_norm.bias"] == prefix + "layer_norm.bias")
    #expect(reading.notes == ["the names of its tensors begin with \"\(prefix)\", which is left out"])
  }

  @Test func `Wrappers inside names are left out, with a note`() throws {
    let wrapped = Self.tensors.map { name, shape in
      (
        name.replacing("encoder.layers.0.", with: "encoder._fsdp_wrapped_module.layers.0._checkpoint_wrapped_module."),
        shape
      )
    }
    let reading = try read(Dictionary(uniqueKeysWithValues: wrapped))
    #expect(Set(reading.names.wrappers) == ["_fsdp_wrapped_module", "_checkpoint_wrapped_module"])
    #expect(reading.notes.count == 2 && reading.notes[0].contains("in names of tensors is left out"))
    var twice = Self.tensors
    twice["encoder._orig_mod.layer_norm.bias"] = [64]
    #expect(fault(twice).contains("encoder.layer_norm.bias is there twice"))
  }

  @Test func `Names without a prefix come first, and the copy beside them is told of`() throws {
    let reading = try read(Self.tensors.merging(Self.prefixed("ema.")) { $1 })
    #expect(reading.names.prefix == "" && reading.otherPrefixes == ["ema."])
    #expect(reading.notes == ["there are other models under \"ema.\", which are not used"])
  }

  @Test func `Of several prefixes the one that holds the whole model is taken, and otherwise none`() throws {
    var part = Self.prefixed("teacher.")
    part["teacher.encoder.layers.1.fc2.bias"] = nil
    let reading = try read(Self.prefixed("student.").merging(part) { $1 })
    #expect(reading.names.prefix == "student." && reading.otherPrefixes == ["teacher."])
    // The published names are a part only: another encoder.
    let other = try read(Self.prefixed("hubert.").merging(["encoder.layers.0.fc1.weight": [5, 5]]) { $1 })
    #expect(other.names.prefix == "hubert." && other.otherPrefixes == [""])
    #expect(other.notes.contains("there are other models without a prefix, which are not used"))

    let two = fault(Self.prefixed("module.").merging(Self.prefixed("ema.")) { $1 })
    #expect(two.contains(#""ema." and "module.", of which 2 are whole"#), "\(two)")
    var halves = Self.prefixed("a.").merging(Self.prefixed("b.")) { $1 }
    halves["a.encoder.layer_norm.bias"] = nil
    halves["b.layer_norm.bias"] = nil
    let none = fault(halves)
    #expect(none.contains(#""a." and "b.", of which none is known to be whole"#), "\(none)")
    let many = Dictionary(uniqueKeysWithValues: (0..<500).map { ("\($0).encoder.layers.0.fc1.weight", [1]) })
    #expect(fault(many).contains("and 494 more"))
  }

  @Test func `What is wrong under a prefix is told with it`() {
    var tensors = Self.prefixed("module.")
    tensors["module.encoder.layers.1.fc2.bias"] = [3]
    tensors["module.encoder.layer_norm.bias"] = nil
    let text = fault(tensors)
    #expect(text.contains("tensor module.encoder.layers.1.fc2.bias has shape [3]"), "\(text)")
    #expect(text.contains("tensor module.encoder.layer_norm.bias is missing"), "\(text)")
  }

  @Test(arguments: [
    "encoder.layers.0.self_attn.grep_linear.weight", "encoder.layers.0.self_attn.bias_k", "encoder.adapter.weight",
    "feature_extractor.conv_layers.0.2.running_mean", "post_extract_proj.weight_scale", "layer_norm.extra",
    "encoder.pos_conv.0.weight", "encoder.layers.2.self_attn.q_proj.bias",
  ])
  func `A tensor inside the model that it would not use is an error that names it`(name: String) {
    for prefix in ["", "module."] {
      var tensors = Self.prefixed(prefix)
      tensors[prefix + name] = [1]
      let text = fault(tensors)
      #expect(text.contains("1 tensor inside the encoder or the extractor would not be used"), "\(text)")
      #expect(text.hasSuffix(prefix + name), "\(text)")
    }
  }

  @Test func `Of many such tensors the first few are named, and all counted`() {
    var tensors = Self.tensors
    for index in 0..<30 { tensors["encoder.layers.0.lora.\(100 + index)"] = [1] }
    let text = fault(tensors)
    #expect(text.contains("30 tensors inside") && text.hasSuffix("encoder.layers.0.lora.103 and 26 more"), "\(text)")
  }

  @Test func `Weight norm is known in each of its forms, and never in two`() throws {
    let position = "encoder.pos_conv.0."
    #expect(try read(Self.tensors).positionWeight == "weight norm, weight_g and weight_v")
    var tensors = Self.tensors
    tensors[position + "parametrizations.weight.original0"] = tensors.removeValue(forKey: position + "weight_g")
    tensors[position + "parametrizations.weight.original1"] = tensors.removeValue(forKey: position + "weight_v")
    let parametrized = try read(tensors)
    #expect(parametrized.positionWeight == "weight norm, parametrizations.weight")
    #expect(
      parametrized.names[published: position + "weight_v"] == position + "parametrizations.weight.original1")
    tensors[position + "weight_g"] = [1, 1, 4]
    #expect(fault(tensors).contains("weight_g is there twice"))

    var removed = Self.tensors
    removed[position + "weight_g"] = nil
    removed[position + "weight"] = removed.removeValue(forKey: position + "weight_v")
    #expect(try read(removed).positionWeight == "plain, its weight norm was removed")
    removed[position + "weight"] = [64, 64, 4]
    #expect(fault(removed).contains("encoder.pos_conv.0.weight has shape [64, 64, 4], expected [64, 4, 4]"))
    removed[position + "weight"] = nil
    #expect(fault(removed).contains("tensor encoder.pos_conv.0.weight_g is missing"))
    var half = Self.tensors
    half[position + "weight_v"] = nil
    half[position + "weight"] = [64, 4, 4]
    #expect(fault(half).contains("tensor encoder.pos_conv.0.weight_v is missing"))
  }

  @Test func `Something else in a tensor's place is told, and files of something else are`() {
    var tensors = Self.tensors
    tensors["layer_norm.bias"] = nil
    let text = fault(tensors, others: ["layer_norm.bias": "a number"])
    #expect(text.contains("tensor layer_norm.bias is a number, expected a tensor of shape [8]"), "\(text)")
    let strange = fault(["conv1.weight": [1], "fc.bias": [1]])
    #expect(strange.hasPrefix("not the weights of a LightHuBERT supernet: none of its tensors"), "\(strange)")
    #expect(strange.hasSuffix("found conv1.weight, fc.bias"), "\(strange)")
    let without = #expect(throws: SubnetFault.self) {
      try SupernetReading(
        configurations: [:], keys: "", tensors: ["conv1.weight"], shapeOf: { _ in [1] })
    }
    #expect(without?.description.contains("none of its tensors") == true)
  }
}
