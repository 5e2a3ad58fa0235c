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

  /// The convolutions of an extractor: channels, frames a second, norm and biases.
  public static func extractor(of shape: EncoderShape) -> String {
    let channels = shape.convolutions.map(\.channels)
    let rate = Formatting.count(EncoderShape.sampleRate / max(shape.convolutions.hop, 1))
    let norm = shape.convolutions.first?.norm == .layer ? "layer norms" : "group norm"
    return "\(channels.count) convolutions of \(range(channels)) channels, \(norm), "
      + (shape.convolutions.contains(where: \.hasBias) ? "biases" : "no biases")
      + ", \(rate) frames a second"
      + (shape.scalesChannels ? ", a factor for each channel" : "")
      + (shape.normalizesFeatures ? "" : ", no norm before the projection")
  }

  /// The switches of an encoder: norms, position convolution, attention bias, what comes after.
  public static func graph(of shape: EncoderShape) -> String {
    var parts = [shape.normPlacement == .before ? "pre-norm" : "post-norm"]
    if let position = shape.position, let first = position.layers.first {
      let count = position.layers.count
      let kind =
        switch position.kind {
        case .weightNormed: "position convolution of \(first.kernel) taps"
        case .layered: "\(count) position convolutions of \(first.kernel) taps"
        case .batchNormed: "batch norm and position convolution of \(first.kernel) taps"
        }
      parts.append(kind)
    }
    let sizes = shape.layers.compactMap { $0.attention?.headSize }
    if !sizes.isEmpty { parts.append("heads of size \(range(sizes))") }
    if case .gatedRelative(let bias) = shape.attentionBias {
      parts.append("gated relative position bias, \(bias.buckets) buckets up to \(bias.maxDistance) frames")
    }
    let adapters = shape.layers.compactMap(\.adapterWidth)
    if !adapters.isEmpty { parts.append("adapters of width \(range(adapters))") }
    if let width = shape.finalProjection { parts.append("final projection to \(width)") }
    return parts.joined(separator: ", ")
  }

  /// Multiply-accumulates in a second of audio.
  public static func operations(_ shape: EncoderShape) -> String {
    let count = MultiplyAccumulates.perSecond(shape)
    return "\(Formatting.count(count)) multiply-accumulates a second of audio, in an utterance of "
      + "\(MultiplyAccumulates.typicalSeconds) s"
  }

  /// Whether the waveform is normalised, and who says so.
  public static func normalization(of config: ModelConfig) -> String {
    let what = config.normalizesWaveform ? "normalised" : "not normalised"
    guard config.normalize == nil else { return "\(what), as the checkpoint says" }
    return "\(what), guessed from extractor_mode \(config.extractorMode.rawValue): the checkpoint does not say"
  }

  /// Whether the waveform is normalised, by a model that is no subnet.
  public static func normalization(of shape: EncoderShape) -> String {
    shape.normalizesWaveform ? "normalised, with \(shape.waveformEpsilon) added to the variance" : "not normalised"
  }

  private static func range(_ values: [Int]) -> String {
    guard let low = values.min(), let high = values.max() else { return "no" }
    return low == high ? "\(low)" : "\(low) to \(high)"
  }
}
