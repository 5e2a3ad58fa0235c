import LHModel
public import LHSupernet

/// What the programs say about models, in words.
public enum ModelText {
  /// One line: the published name, depth and widths, per-layer values as ranges.
  public static func summary(of architecture: Architecture) -> String {
    let heads = range(architecture.headCounts)
    let ffn = range(architecture.ffnDims)
    let sliding = architecture.windows.count { $0 != .global }
    let windows = sliding == 0 ? "" : ", sliding windows in \(sliding)"
    let name = architecture.publishedName.map { "\($0): " } ?? ""
    return "\(name)\(architecture.layerCount) layers of width \(architecture.embedDim), "
      + "\(heads) \(heads == "1" ? "head" : "heads"), FFN \(ffn)\(windows)"
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
