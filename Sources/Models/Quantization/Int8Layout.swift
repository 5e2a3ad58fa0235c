/// How the weights of a matrix or a convolution are quantised: symmetric int8, with a scale for each output channel,
/// tap and group of input channels.
///
/// Weights are [out, in] or [out, in, tap], row-major. Input channels whose activations are far larger than the others'
/// are outliers and form a second group, so that neither their activations nor their weights share a scale with the
/// rest.
public struct Int8Layout: Sendable, Hashable {
  /// Output channels: the rows.
  public let outputs: Int
  /// Input channels.
  public let inputs: Int
  /// Taps of a convolution; 1 for a linear layer.
  public let taps: Int
  /// Input channels of the second group, rising; none means that there is no second group.
  public let outliers: [Int]

  /// The layout of a tensor.
  ///
  /// - Parameters:
  ///   - shape: [out, in] or [out, in, tap].
  ///   - outliers: Rising indices of input channels.
  public init(shape: [Int], outliers: [Int] = []) {
    precondition((2...3).contains(shape.count), "a matrix or a convolution")
    precondition(zip(outliers, outliers.dropFirst()).allSatisfy(<), "outliers in rising order")
    precondition(outliers.allSatisfy { (0..<shape[1]).contains($0) }, "outliers are input channels")
    outputs = shape[0]
    inputs = shape[1]
    taps = shape.count > 2 ? shape[2] : 1
    self.outliers = outliers
  }

  /// Scales of an output channel and tap: 1, or 2 with outliers.
  public var groupCount: Int { outliers.isEmpty ? 1 : 2 }
  /// Weights of an output channel, [in, tap].
  public var rowCount: Int { inputs * taps }
  /// Scales of an output channel, [tap][group]; those of the outliers come second.
  public var rowScaleCount: Int { taps * groupCount }
  /// Scales of the whole tensor, [out][tap][group].
  public var scaleCount: Int { outputs * rowScaleCount }
}
