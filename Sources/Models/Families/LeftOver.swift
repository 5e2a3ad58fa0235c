import LHConfiguration
import LHModel

/// The tensors of a file that its model is not made from: what training and other tasks use, and what is not known.
struct LeftOver {
  /// Tensors inside the encoder that nothing is known of: the model would compute something else.
  private(set) var unknown: [String] = []
  /// What else is not taken, to be told: heads of other tasks, further layers.
  private(set) var notes: [String] = []

  init(_ names: [String], prefix: String, used: [FamilyTensor], shape: EncoderShape) {
    let used = Set(used.flatMap { $0.sources.map(\.name) })
    let layerCount = shape.layers.count
    // Of a WavLM whose first layer lost its attention, and the table with it, the gates have nothing to scale.
    let hasNoBias = shape.attentionBias == .none && shape.layers.first?.attention == nil
    var heads: [String] = []
    var hasMoreLayers = false
    for name in names where !used.contains(name) {
      guard name.hasPrefix(prefix) else {
        LeftOver.add(LeftOver.outside(prefix, name), to: &heads)
        continue
      }
      let own = name.dropFirst(prefix.count)
      let root = String(own.prefix { $0 != "." })
      if LeftOver.training.contains(root) { continue }
      if !LeftOver.encoderRoots.contains(root) {
        LeftOver.add(root, to: &heads)
      } else if LeftOver.layer(own).map({ $0 >= layerCount }) == true {
        hasMoreLayers = true
      } else if !LeftOver.isOfTraining(own), !(hasNoBias && LeftOver.isOfBiasGate(own)) {
        unknown.append(name)
      }
    }
    if !heads.isEmpty {
      notes.append("left out, as they are no part of the encoder: \(heads.joined(separator: ", "))")
    }
    if hasMoreLayers {
      notes.append("the file has more layers than the \(layerCount) of the configuration, and those are left out")
    }
  }

  /// What a tensor that is not under a prefix belongs to: "w2v_encoder.proj" beside "w2v_encoder.w2v_model.".
  private static func outside(_ prefix: String, _ name: String) -> String {
    let parts = name.split(separator: ".")
    let shared = zip(parts, prefix.split(separator: ".")).prefix { $0 == $1 }.count
    return parts.prefix(shared + 1).joined(separator: ".")
  }

  private static func add(_ root: String, to heads: inout [String]) {
    let shown = String(quoted(root).dropFirst().dropLast())
    if heads.count < 8, !heads.contains(shown), !training.contains(root) { heads.append(shown) }
  }

  /// Where the tensors of an encoder begin.
  private static let encoderRoots: Set<String> = [
    "feature_extractor", "encoder", "layer_norm", "post_extract_proj", "feature_projection",
  ]

  /// What every training has: masks and targets.
  private static let training: Set<String> = [
    "mask_emb", "masked_spec_embed", "label_embs_concat", "quantizer", "project_q", "project_hid", "final_proj",
    "target_glu", "_ema", "layer_weights",
  ]

  /// What lies inside the encoder and is none of its: the counter of a batch norm, the norm of ContentVec's layers
  /// beyond the encoder's own.
  private static func isOfTraining(_ name: Substring) -> Bool {
    name.hasSuffix(".num_batches_tracked") || name.hasPrefix("encoder.cond_layer_norm.")
  }

  /// Whether a tensor belongs to the gate of WavLM's attention bias, in torchaudio's names.
  private static func isOfBiasGate(_ name: Substring) -> Bool {
    let parts = name.split(separator: ".")
    return zip(parts, parts.dropFirst()).contains { $0 == "attention" && $1.hasPrefix("gru_rel_pos_") }
  }

  /// The layer of the encoder that a tensor belongs to; nil for none.
  private static func layer(_ name: Substring) -> Int? {
    let parts = name.split(separator: ".", maxSplits: 3)
    return parts.count > 3 && parts[1] == "layers" ? Int(parts[2]) : nil
  }
}
