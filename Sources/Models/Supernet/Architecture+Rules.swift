public import LHConfiguration
import LHModel

extension Architecture {
  /// Every rule that the architecture breaks as a subnet of a supernet; empty when it fits.
  ///
  /// It need not be in a published search space: what counts are the supernet's own dimensions.
  public func violations(in config: ModelConfig) -> [Violation] {
    ArchitectureDraft(self).violations(in: config)
  }

  /// Throws all violations, if there are any; `source` says in the message where the architecture comes from.
  public func validate(in config: ModelConfig, source: String) throws(SubnetFault) {
    let violations = violations(in: config)
    guard violations.isEmpty else { throw .invalidArchitecture(source: source, violations) }
  }
}

/// An architecture of which parts may be unknown, because they were wrong or missing where it was read from. What is
/// known can be checked nevertheless.
struct ArchitectureDraft {
  var embedDim: Int?
  var layerCount: Int?
  var headCounts: [Int?]
  var ffnDims: [Int?]
  /// nil where a window is unknown or global.
  var windowSizes: [Int?]

  /// Sizes against a supernet's, or against the largest that are believed when there is none.
  func violations(in config: ModelConfig?) -> [Violation] {
    var violations: [Violation] = []
    func check(_ field: String, layer: Int? = nil, _ value: Int?, _ allowed: String, _ isAllowed: (Int) -> Bool) {
      guard let value, !isAllowed(value) else { return }
      violations.append(Violation(field: field, layer: layer, value: String(value), allowed: allowed))
    }
    func check(_ field: String, _ values: [Int?], _ range: ClosedRange<Int>, _ reason: String = "") {
      for (layer, value) in values.enumerated() {
        check(field, layer: layer, value, "\(range.lowerBound)...\(range.upperBound)\(reason)") { range.contains($0) }
      }
    }
    if let config {
      let full = config.encoderEmbedDim
      if config.hasProjection {
        check("embed_dim", embedDim, "a multiple of \(config.positionGroups), at most \(full)") {
          (1...full).contains($0) && $0.isMultiple(of: config.positionGroups)
        }
      } else {
        check("embed_dim", embedDim, "\(full), since the supernet has no post_extract_proj") { $0 == full }
      }
      let depths = KeptLayers.layerCounts(of: config.encoderLayers)
      let names = depths.count > 1 ? "\(depths[0])...\(depths[depths.count - 1])" : "\(depths[0])"
      check("layer_num", layerCount, "\(names), of the supernet's \(config.encoderLayers)") { depths.contains($0) }
    } else {
      check("embed_dim", embedDim, "\(Limits.width)") { Limits.width.contains($0) }
      check("layer_num", layerCount, "\(Limits.layers)") { Limits.layers.contains($0) }
    }
    check("heads_num", headCounts, config.map { 1...$0.encoderHeads } ?? Limits.heads)
    if let config, let embedDim, (1...config.encoderEmbedDim).contains(embedDim) {
      let blocks = config.encoderFFNDim / config.encoderEmbedDim
      check("ffn_embed", ffnDims, 1...blocks * embedDim, " (\(blocks) times embed_dim)")
    } else {
      check("ffn_embed", ffnDims, config.map { 1...$0.encoderFFNDim } ?? Limits.width)
    }
    for (layer, size) in windowSizes.enumerated() {
      check("slide_wsz", layer: layer, size, "\"global\" or an even number in 2...\(Limits.window.upperBound)") {
        Limits.window.contains($0) && $0.isMultiple(of: 2)
      }
    }
    return violations
  }
}

extension ArchitectureDraft {
  init(_ architecture: Architecture) {
    embedDim = architecture.embedDim
    layerCount = architecture.layerCount
    headCounts = architecture.headCounts
    ffnDims = architecture.ffnDims
    windowSizes = architecture.windows.map { if case .sliding(let size) = $0 { size } else { nil } }
  }
}
