public import LHSupernet

extension ActivationStatistics {
  /// Statistics that follow from a subnet's norms: no audio is needed, and no pass over the weights.
  ///
  /// After a norm a channel has the norm's bias as its mean and, if what came in was alike in all channels, its gain as
  /// its standard deviation. In post-norm encoders it was not: the residual stream keeps the loudness that the norm
  /// before gave each channel. What no norm precedes, the attention's output and the inner activations of the FFN,
  /// counts as alike in all channels.
  ///
  /// - Parameter vector: Gives the elements of a tensor with one axis by its name: gains and biases of norms.
  public init<Failure>(
    config: ModelConfig, architecture: Architecture, vector: (_ name: String) throws(Failure) -> [Float]
  ) throws(Failure) {
    var norms = NormStatistics(config: config, architecture: architecture)
    try self.init(config: config, architecture: architecture) { layer throws(Failure) in
      try norms.channels(layer, vector)
    }
  }
}

/// Statistics of one layer after the other, in the order of the forward pass.
private struct NormStatistics {
  let config: ModelConfig
  let architecture: Architecture
  /// Mean squares of the hidden states' channels, of which only the ratios count.
  var hidden: [Double]

  /// Power of what an encoder layer adds to the residual stream, relative to the stream itself. On random subnets the
  /// exact value matters little, but without a residual stream two thirds of the outliers are missed.
  private static let branchPower = 0.25

  init(config: ModelConfig, architecture: Architecture) {
    self.config = config
    self.architecture = architecture
    hidden = Array(repeating: 1, count: architecture.embedDim)
  }

  mutating func channels<Failure>(
    _ layer: QuantizableLayer, _ vector: (String) throws(Failure) -> [Float]
  ) throws(Failure) -> ChannelStatistics {
    switch layer {
    case .convolution(let index):
      return try convolved(index - 1, vector).statistics
    case .projection:
      let convolved = try convolved(config.convLayers.count - 1, vector)
      let average = convolved.means.reduce(0, +) / Double(convolved.means.count)
      let powers = zip(convolved.means, convolved.statistics.meanSquares).map { mean, meanSquare in
        meanSquare - 2 * average * mean + average * average
      }
      return try normalized(powers, by: "layer_norm", vector)
    case .attentionInput(let index):
      let name = "encoder.layers.\(index)"
      if config.layerNormFirst { return try normalized(nil, by: name + ".self_attn_layer_norm", vector) }
      let norm = index == 0 ? "encoder.layer_norm" : "encoder.layers.\(index - 1).final_layer_norm"
      return try normalizedStream(by: norm, isFirst: index == 0, vector)
    case .feedForwardInput(let index):
      let name = "encoder.layers.\(index)"
      if config.layerNormFirst { return try normalized(nil, by: name + ".final_layer_norm", vector) }
      return try normalizedStream(by: name + ".self_attn_layer_norm", isFirst: false, vector)
    case .attentionOutput(let index):
      return ChannelStatistics.normal(means: [0], deviations: [1]).repeated(architecture.attentionDims[index])
    case .feedForwardOutput(let index):
      // GELU and ReLU differ by little here.
      return ChannelStatistics.gelu(means: [0], deviations: [1]).statistics.repeated(architecture.ffnDims[index])
    }
  }

  /// The output of a layer of the feature extractor.
  private func convolved<Failure>(
    _ layer: Int, _ vector: (String) throws(Failure) -> [Float]
  ) throws(Failure) -> (statistics: ChannelStatistics, means: [Double]) {
    let name = "feature_extractor.conv_layers.\(layer).2"
    if config.extractorMode == .groupNorm && layer > 0 {
      let (statistics, means) = ChannelStatistics.gelu(means: [0], deviations: [1])
      let count = config.convLayers[layer].channels
      return (statistics.repeated(count), Array(repeating: means[0], count: count))
    }
    let (gains, biases) = try norm(config.extractorMode == .layerNorm ? name + ".1" : name, vector)
    return ChannelStatistics.gelu(means: biases, deviations: gains)
  }

  /// The residual stream after the next norm.
  private mutating func normalizedStream<Failure>(
    by name: String, isFirst: Bool, _ vector: (String) throws(Failure) -> [Float]
  ) throws(Failure) -> ChannelStatistics {
    let added = isFirst ? 0 : NormStatistics.branchPower * hidden.reduce(0, +) / Double(hidden.count)
    let statistics = try normalized(hidden.map { $0 + added }, by: name, vector)
    hidden = statistics.meanSquares
    return statistics
  }

  /// A layer norm of channels with some powers; nil for equal ones.
  private func normalized<Failure>(
    _ powers: [Double]?, by name: String, _ vector: (String) throws(Failure) -> [Float]
  ) throws(Failure) -> ChannelStatistics {
    let (gains, biases) = try norm(name, vector)
    guard let powers else { return .normal(means: biases, deviations: gains) }
    let average = powers.reduce(0, +) / Double(powers.count)
    return .normal(
      means: biases, deviations: zip(gains, powers).map { gain, power in gain * (power / average).squareRoot() })
  }

  private func norm<Failure>(
    _ name: String, _ vector: (String) throws(Failure) -> [Float]
  ) throws(Failure) -> (gains: [Double], biases: [Double]) {
    (try vector(name + ".weight").map(Double.init), try vector(name + ".bias").map(Double.init))
  }
}

extension ChannelStatistics {
  /// Frames that the extremes of normal variables are given for, and how many standard deviations from the mean these
  /// lie.
  private static let nominalFrameCount = 1000
  private static let reach = upperQuantile(1 / Double(nominalFrameCount))

  /// Normal variables. Deviations may have either sign.
  fileprivate static func normal(means: [Double], deviations: [Double]) -> ChannelStatistics {
    ChannelStatistics(
      meanSquares: zip(means, deviations).map { $0 * $0 + $1 * $1 },
      minima: zip(means, deviations).map { $0 - reach * $1.magnitude },
      maxima: zip(means, deviations).map { $0 + reach * $1.magnitude }, frameCount: nominalFrameCount)
  }

  /// GELU of normal variables, and its means.
  fileprivate static func gelu(
    means: [Double], deviations: [Double]
  ) -> (statistics: ChannelStatistics, means: [Double]) {
    let moments = zip(means, deviations).map { geluMoments(mean: $0, deviation: $1) }
    let before = normal(means: means, deviations: deviations)
    let statistics = ChannelStatistics(
      meanSquares: moments.map(\.meanSquare), minima: before.minima.map { min(max($0, -0.17), 0) },
      maxima: before.maxima.map { max($0, 0) }, frameCount: nominalFrameCount)
    return (statistics, moments.map(\.mean))
  }

  /// That many channels like the first one.
  fileprivate func repeated(_ count: Int) -> ChannelStatistics {
    ChannelStatistics(
      meanSquares: Array(repeating: meanSquares[0], count: count), minima: Array(repeating: minima[0], count: count),
      maxima: Array(repeating: maxima[0], count: count), frameCount: frameCount)
  }
}
