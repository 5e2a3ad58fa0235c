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
  public var relativeError: Double {
    let power = squares.reduce(0, +)
    return power > 0 ? (squaredErrors.reduce(0, +) / power).squareRoot() : 0
  }

  /// An estimate of the error of the outputs relative to the outputs, a ratio of root mean squares: of the rounded
  /// weights and of activations that are rounded to 255 steps between the least and the greatest of a frame. It holds
  /// for channels and errors that do not correlate.
  ///
  /// - Parameters:
  ///   - statistics: Of the activations.
  ///   - outliers: Channels that have a range of their own.
  public func relativeError(of statistics: ChannelStatistics, outliers: [Int]) -> Double {
    var isOutlier = Array(repeating: false, count: channelCount)
    for channel in outliers { isOutlier[channel] = true }
    var (error, power) = (0.0, 0.0)
    for group in [(0..<channelCount).filter { !isOutlier[$0] }, outliers] {
      let step = statistics.span(of: group) / 255
      for channel in group {
        let meanSquare = statistics.meanSquares[channel]
        power += meanSquare * squares[channel]
        error += meanSquare * squaredErrors[channel] + step * step / 12 * squares[channel]
      }
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
