import LHTensorNames

/// The tensors of a file that its model is not made from: what training and other tasks use, and what is not known.
struct LeftOver {
  /// Tensors inside the encoder that nothing is known of: the model would compute something else.
  private(set) var unknown: [String] = []
  /// Heads of other tasks that are not taken, to be told; nil for none.
  private(set) var note: String?

  init(_ names: [String], prefix: String, used: [FamilyTensor], layerCount: Int) {
    let used = Set(used.flatMap { $0.sources.map(\.name) })
    var heads: [String] = []
    for name in names where !used.contains(name) {
      guard name.hasPrefix(prefix) else {
        LeftOver.add(String(name.prefix { $0 != "." }), to: &heads)
        continue
      }
      let own = name.dropFirst(prefix.count)
      let root = String(own.prefix { $0 != "." })
      if LeftOver.training.contains(root) { continue }
      if !LeftOver.encoderRoots.contains(root) {
        LeftOver.add(root, to: &heads)
      } else if !LeftOver.isOfTraining(own, layerCount: layerCount) {
        unknown.append(name)
      }
    }
    if !heads.isEmpty {
      note = "left out, as they are no part of the encoder: \(heads.joined(separator: ", "))"
    }
  }

  private static func add(_ root: String, to heads: inout [String]) {
    if heads.count < 8, !heads.contains(root), !training.contains(root) { heads.append(root) }
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

  /// What lies inside the encoder and is none of its: the counter of a batch norm, ContentVec's layers beyond the
  /// encoder's own, torchaudio's head.
  private static func isOfTraining(_ name: Substring, layerCount: Int) -> Bool {
    if name.hasSuffix(".num_batches_tracked") || name.hasPrefix("encoder.cond_layer_norm.") { return true }
    let parts = name.split(separator: ".")
    if parts.count > 3, parts[1] == "layers", let layer = Int(parts[2]) { return layer >= layerCount }
    return false
  }
}
