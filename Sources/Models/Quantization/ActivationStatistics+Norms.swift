public import LHModel

extension ActivationStatistics {
  /// Statistics that follow from an encoder's norms: no audio is needed, and no pass over the weights.
  ///
  /// After a norm a channel has the norm's bias as its mean and, if what came in was alike in all channels, its gain as
  /// its standard deviation. In post-norm encoders it was not: the residual stream keeps the loudness that the norm
  /// before gave each channel. What no norm precedes, the attention's output and the inner activations of the FFN,
  /// counts as alike in all channels.
  ///
  /// - Parameter vector: Gives the elements of a tensor with one axis: gains and biases of norms.
  public init<Failure>(
    _ shape: EncoderShape, vector: (_ tensor: TensorRole) throws(Failure) -> [Float]
  ) throws(Failure) {
    var norms = NormStatistics(shape)
    try self.init(shape) { layer throws(Failure) in
      try norms.channels(layer, vector)
    }
  }
}

/// Statistics of one layer after the other, in the order of the forward pass.
private struct NormStatistics {
  let shape: EncoderShape
  /// Mean squares of the hidden states' channels, of which only the ratios count.
  var hidden: [Double]

  /// Power of what an encoder layer adds to the residual stream, relative to the stream itself. On random subnets the
  /// exact value matters little, but without a residual stream two thirds of the outliers are missed.
  private static let branchPower = 0.25

  init(_ shape: EncoderShape) {
    self.shape = shape
    hidden = Array(repeating: 1, count: shape.width)
  }

  mutating func channels<Failure>(
    _ layer: QuantizableLayer, _ vector: (TensorRole) throws(Failure) -> [Float]
  ) throws(Failure) -> ChannelStatistics {
    switch layer {
    case .convolution(let index):
      return try convolved(index - 1, vector).statistics
    case .projection:
      var convolved = try convolved(shape.convolutions.count - 1, vector)
      if shape.scalesChannels {
        let factors = try vector(.weight(.channelScale)).map(Double.init)
        convolved.statistics = convolved.statistics.scaled(factors)
        convolved.means = zip(convolved.means, factors).map { $0 * $1 }
      }
      guard shape.normalizesFeatures else { return convolved.statistics }
      let average = convolved.means.reduce(0, +) / Double(convolved.means.count)
      let powers = zip(convolved.means, convolved.statistics.meanSquares).map { mean, meanSquare in
        meanSquare - 2 * average * mean + average * average
      }
      return try normalized(powers, by: .featureNorm, vector)
    case .attentionInput(let index):
      if shape.normPlacement == .before { return try normalized(nil, by: .attentionNorm(index), vector) }
      let norm = index == 0 ? ModuleRole.encoderNorm : .feedForwardNorm(index - 1)
      return try normalizedStream(by: norm, isFirst: index == 0, vector)
    case .feedForwardInput(let index):
      if shape.normPlacement == .before { return try normalized(nil, by: .feedForwardNorm(index), vector) }
      return try normalizedStream(by: .attentionNorm(index), isFirst: false, vector)
    case .attentionOutput:
      return ChannelStatistics.normal(means: [0], deviations: [1]).repeated(layer.channelCount(shape))
    case .feedForwardOutput:
      // GELU and ReLU differ by little here.
      return ChannelStatistics.gelu(means: [0], deviations: [1]).statistics.repeated(layer.channelCount(shape))
    }
  }

  /// The output of a layer of the feature extractor.
  private func convolved<Failure>(
    _ layer: Int, _ vector: (TensorRole) throws(Failure) -> [Float]
  ) throws(Failure) -> (statistics: ChannelStatistics, means: [Double]) {
    guard shape.convolutions[layer].norm != nil else {
      let (statistics, means) = ChannelStatistics.gelu(means: [0], deviations: [1])
      let count = shape.convolutions[layer].channels
      return (statistics.repeated(count), Array(repeating: means[0], count: count))
    }
    let (gains, biases) = try norm(.convolutionNorm(layer), vector)
    return ChannelStatistics.gelu(means: biases, deviations: gains)
  }

  /// The residual stream after the next norm.
  private mutating func normalizedStream<Failure>(
    by module: ModuleRole, isFirst: Bool, _ vector: (TensorRole) throws(Failure) -> [Float]
  ) throws(Failure) -> ChannelStatistics {
    let added = isFirst ? 0 : NormStatistics.branchPower * hidden.reduce(0, +) / Double(hidden.count)
    let statistics = try normalized(hidden.map { $0 + added }, by: module, vector)
    hidden = statistics.meanSquares
    return statistics
  }

  /// A layer norm of channels with some powers; nil for equal ones.
  private func normalized<Failure>(
    _ powers: [Double]?, by module: ModuleRole, _ vector: (TensorRole) throws(Failure) -> [Float]
  ) throws(Failure) -> ChannelStatistics {
    let (gains, biases) = try norm(module, vector)
    guard let powers else { return .normal(means: biases, deviations: gains) }
    let average = powers.reduce(0, +) / Double(powers.count)
    return .normal(
      means: biases, deviations: zip(gains, powers).map { gain, power in gain * (power / average).squareRoot() })
  }

  private func norm<Failure>(
    _ module: ModuleRole, _ vector: (TensorRole) throws(Failure) -> [Float]
  ) throws(Failure) -> (gains: [Double], biases: [Double]) {
    (try vector(.weight(module)).map(Double.init), try vector(.bias(module)).map(Double.init))
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

  /// The same channels, each multiplied by a factor.
  fileprivate func scaled(_ factors: [Double]) -> ChannelStatistics {
    func ends(_ pick: (Double, Double) -> Double) -> [Double] {
      factors.indices.map { pick(minima[$0] * factors[$0], maxima[$0] * factors[$0]) }
    }
    return ChannelStatistics(
      meanSquares: zip(meanSquares, factors).map { $0 * $1 * $1 }, minima: ends(min), maxima: ends(max),
      frameCount: frameCount)
  }

  /// That many channels like the first one.
  fileprivate func repeated(_ count: Int) -> ChannelStatistics {
    ChannelStatistics(
      meanSquares: Array(repeating: meanSquares[0], count: count), minima: Array(repeating: minima[0], count: count),
      maxima: Array(repeating: maxima[0], count: count), frameCount: frameCount)
  }
}
