public import LHModel
public import LHSupernet

/// What the programs say about models, in words.
public enum ModelText {
  /// One line: the published name, depth and widths, per-layer values as ranges.
  public static func summary(of architecture: Architecture) -> String {
    summary(
      name: architecture.publishedName, width: architecture.embedDim, heads: architecture.headCounts,
      ffn: architecture.ffnDims, windows: architecture.windows)
  }

  /// The same of a model of which nothing but the shape is known. A part that a layer has not counts as 0.
  public static func summary(of shape: EncoderShape) -> String {
    summary(
      name: nil, width: shape.width, heads: shape.layers.map { $0.attention?.heads ?? 0 },
      ffn: shape.layers.map { $0.feedForwardWidth ?? 0 },
      windows: shape.layers.map { $0.attention?.window ?? .global })
  }

  private static func summary(
    name: String?, width: Int, heads: [Int], ffn: [Int], windows: [AttentionWindow]
  ) -> String {
    let headRange = range(heads)
    let sliding = windows.count { $0 != .global }
    return (name.map { "\($0): " } ?? "") + "\(heads.count) layers of width \(width), "
      + "\(headRange) \(headRange == "1" ? "head" : "heads"), FFN \(range(ffn))"
      + (sliding == 0 ? "" : ", sliding windows in \(sliding)")
  }

  /// One line: depth, widths and extractor of a supernet.
  public static func supernet(_ config: ModelConfig) -> String {
    "\(config.encoderLayers) layers of width \(config.encoderEmbedDim), "
      + "\(config.encoderHeads) \(config.encoderHeads == 1 ? "head" : "heads"), FFN "
      + "\(config.encoderFFNDim), \(config.convChannels) conv channels, extractor_mode \(config.extractorMode.rawValue)"
  }

  /// Which published search spaces an architecture is in.
  public static func spaces(of architecture: Architecture) -> String {
    let names = SearchSpace.spaces(containing: architecture).map(\.name)
    return names.isEmpty ? "outside the published spaces" : "within the published \(names.joined(separator: " and "))"
  }

  /// Multiply-accumulates in a second of audio.
  public static func operations(config: ModelConfig, architecture: Architecture) -> String {
    let count = MultiplyAccumulates.perSecond(config: config, architecture: architecture)
    return "\(Formatting.count(count)) multiply-accumulates a second of audio, in an utterance of "
      + "\(MultiplyAccumulates.typicalSeconds) s"
  }

  /// Whether the waveform is normalised, and who says so.
  public static func normalization(of config: ModelConfig) -> String {
    let what = config.normalizesWaveform ? "normalised" : "not normalised"
    guard config.normalize == nil else { return "\(what), as the checkpoint says" }
    return "\(what), guessed from extractor_mode \(config.extractorMode.rawValue): the checkpoint does not say"
  }

  private static func range(_ values: [Int]) -> String {
    guard let low = values.min(), let high = values.max() else { return "no" }
    return low == high ? "\(low)" : "\(low) to \(high)"
  }
}
