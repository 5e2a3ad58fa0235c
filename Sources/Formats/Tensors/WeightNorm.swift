/// A weight as PyTorch's weight norm keeps it: for each tap its length, and the direction that all channels make
/// together.
///
/// The weight is `lengths * directions / norm`, the norm of a tap taken over all channels. Computed in float64, rounded
/// once.
public struct WeightNorm: Sendable {
  /// [1, 1, taps]
  private let lengths: TensorView
  /// [channels, inputs, taps]
  private let directions: TensorView

  /// The weight of two tensors, [1, 1, taps] and [channels, inputs, taps].
  public init(lengths: TensorView, directions: TensorView) {
    self.lengths = lengths
    self.directions = directions
  }

  /// Writes the first channels and the first of their inputs, as many as `shape` has; `target` has room for them.
  ///
  /// - Returns: Nil, or the first tap whose directions are all zero: then nothing was written.
  public func write(to target: UnsafeMutableBufferPointer<Float>, shape: [Int]) -> Int? {
    let taps = directions.shape[2]
    let norms = norms()
    if let tap = norms.firstIndex(of: 0) { return tap }
    let lengths = doubles(lengths)
    let (channels, inputs) = (shape[0], shape[1])
    for channel in 0..<channels {
      let row = doubles(directions.narrowed(axis: 0, to: channel..<channel + 1))
      for index in 0..<inputs * taps {
        let tap = index % taps
        target[channel * inputs * taps + index] = Float(lengths[tap] * row[index] / norms[tap])
      }
    }
    return nil
  }

  /// The norm of each tap over both channel axes.
  private func norms() -> [Double] {
    let taps = directions.shape[2]
    var sums = [Double](repeating: 0, count: taps)
    // A channel at a time, so that the whole kernel is never in memory twice.
    for channel in 0..<directions.shape[0] {
      let row = doubles(directions.narrowed(axis: 0, to: channel..<channel + 1))
      for start in stride(from: 0, to: row.count, by: taps) {
        for tap in 0..<taps { sums[tap] += row[start + tap] * row[start + tap] }
      }
    }
    return sums.map { $0.squareRoot() }
  }

  private func doubles(_ view: TensorView) -> [Double] {
    [Double](unsafeUninitializedCapacity: view.count) { target, count in
      guard let start = target.baseAddress else { return }
      view.copy(to: start)
      count = view.count
    }
  }
}
