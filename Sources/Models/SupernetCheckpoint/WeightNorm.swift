public import LHSupernet
import LHTensors

/// The weight-normed position convolution: for each tap its length, and the direction that all channels make together.
///
/// The weight is `lengths * directions / norm`, the norm of a tap taken over all channels of the SUPERNET. So the
/// whole kernel comes first and the cut second. Computed in float64, rounded once.
struct WeightNorm: Sendable {
  /// [1, 1, taps]
  let lengths: TensorView
  /// [channels, channels / groups, taps]
  let directions: TensorView

  /// Writes the kept part, as large as `tensor.shape`.
  func write(to target: UnsafeMutableBufferPointer<Float>, _ tensor: SubnetTensor) throws(SubnetFault) {
    let taps = directions.shape[2]
    let norms = norms()
    for (tap, norm) in norms.enumerated() where norm == 0 {
      throw .zeroNorm(tensor: tensor.factors.direction, tap: tap)
    }
    let lengths = doubles(lengths)
    let (channels, inputs) = (tensor.shape[0], tensor.shape[1])
    for channel in 0..<channels {
      let row = doubles(directions.narrowed(axis: 0, to: channel..<channel + 1))
      for index in 0..<inputs * taps {
        let tap = index % taps
        target[channel * inputs * taps + index] = Float(lengths[tap] * row[index] / norms[tap])
      }
    }
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
