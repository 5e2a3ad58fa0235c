/// What quantising does to the weights of each input channel of a matrix.
///
/// Kept apart for each channel, since the error of an output depends on how large the channels' activations are.
public struct ChannelErrors: Sendable {
  /// Sums of squared differences between quantised and original weights, [in].
  public private(set) var squaredErrors: [Double]
  /// Sums of squares of the original weights, [in].
  public private(set) var squares: [Double]

  /// No errors of no weights.
  public init(channelCount: Int) {
    squaredErrors = Array(repeating: 0, count: channelCount)
    squares = squaredErrors
  }

  /// Input channels.
  public var channelCount: Int { squares.count }

  /// The weights' error relative to the weights, a ratio of root mean squares; 0 when there are none.
  ///
  /// - Parameter meanSquares: Of the activations of each input channel: the result is then that of the outputs, for
  ///   activations and errors that do not correlate. Nil for equal ones.
  public func relativeError(meanSquares: [Double]? = nil) -> Double {
    var (error, power) = (0.0, 0.0)
    for channel in 0..<channelCount {
      let weight = meanSquares?[channel] ?? 1
      error += weight * squaredErrors[channel]
      power += weight * squares[channel]
    }
    return power > 0 ? (error / power).squareRoot() : 0
  }

  /// Adds sums of [in, tap].
  mutating func add(squaredErrors: UnsafePointer<Float>, squares: UnsafePointer<Float>, taps: Int) {
    for channel in 0..<channelCount {
      for tap in 0..<taps {
        self.squaredErrors[channel] += Double(squaredErrors[channel * taps + tap])
        self.squares[channel] += Double(squares[channel * taps + tap])
      }
    }
  }
}
