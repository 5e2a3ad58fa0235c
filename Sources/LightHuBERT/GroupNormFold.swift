import Kernels
import Subnet

/// The group norm after the first convolution, folded into that convolution before it runs.
///
/// With one channel a group, channel c is normalised by the mean and variance over time of its outputs w_c . x(t), where
/// x(t) are the windows of samples. Both follow from the windows' mean m and covariance S: the mean is w_c . m and the
/// variance w_c' S w_c. So one pass over the samples, in double precision, replaces two passes over 512 channels.
struct GroupNormFold {
  let layer: ConvWeights
  let multiplier: MatrixMultiplier

  /// Windows of a task; a fixed number, so that sums do not depend on the number of threads.
  private static let windowsPerTask = 8192

  /// Writes the folded weights and biases to `matrix`.
  ///
  /// - Parameters:
  ///   - frames: Output frames of the first convolution, at least 1.
  ///   - mean: Subtracted from every sample, which is then multiplied by `factor`.
  func fold(
    samples: UnsafePointer<Float>, frames: Int, mean: Float, factor: Float, into matrix: PackedMatrix,
    on pool: WorkerPool
  ) {
    guard let rows = layer.rows, let norm = layer.norm else {
      preconditionFailure("only a convolution with a group norm is folded")
    }
    let taps = layer.shape.kernel
    let (means, covariance) = moments(samples: samples, frames: frames, mean: mean, factor: factor, on: pool)
    let folded = AlignedBuffer(count: taps)
    for channel in 0..<layer.shape.channels {
      let row = rows.start + channel * taps
      var average = Double(layer.bias?.start[channel] ?? 0)
      var variance = 0.0
      for i in 0..<taps {
        average += Double(row[i]) * means[i]
        for j in 0..<taps { variance += Double(row[i]) * covariance[i * taps + j] * Double(row[j]) }
      }
      let gain = Double(norm.gain.start[channel]) / (max(variance, 0) + 1e-5).squareRoot()
      for i in 0..<taps { folded.start[i] = Float(Double(row[i]) * gain) }
      let offset = Double(layer.bias?.start[channel] ?? 0) - average
      var bias = Float(offset * gain + Double(norm.bias.start[channel]))
      matrix.pack(
        rows: folded.start, count: 1, stride: taps, atColumn: channel, kernels: multiplier.kernels)
      matrix.setBias(&bias, count: 1, atColumn: channel)
    }
  }

  /// Mean, [taps], and covariance, [taps, taps], of the windows of standardised samples.
  private func moments(
    samples: UnsafePointer<Float>, frames: Int, mean: Float, factor: Float, on pool: WorkerPool
  ) -> (means: [Double], covariance: [Double]) {
    let taps = layer.shape.kernel
    let hop = layer.shape.stride
    let tasks = (frames + GroupNormFold.windowsPerTask - 1) / GroupNormFold.windowsPerTask
    let size = taps + taps * taps
    var partial = [Double](repeating: 0, count: tasks * size)
    partial.withUnsafeMutableBufferPointer { partial in
      guard let partial = partial.baseAddress else { return }
      nonisolated(unsafe) let partialSums = partial
      pool.run(tasks) { task, _ in
        let sums = partialSums + task * size
        var window = [Double](repeating: 0, count: taps)
        let first = task * GroupNormFold.windowsPerTask
        for frame in first..<min(first + GroupNormFold.windowsPerTask, frames) {
          for i in 0..<taps {
            // The same rounding as the convolution's own input has.
            window[i] = Double((samples[frame * hop + i] - mean) * factor)
            sums[i] += window[i]
            for j in 0...i { sums[taps + i * taps + j] += window[i] * window[j] }
          }
        }
      }
    }
    let total = (0..<size).map { index in
      (0..<tasks).reduce(0.0) { $0 + partial[$1 * size + index] } / Double(frames)
    }
    var covariance = [Double](repeating: 0, count: taps * taps)
    for i in 0..<taps {
      for j in 0...i {
        let value = total[taps + i * taps + j] - total[i] * total[j]
        covariance[i * taps + j] = value
        covariance[j * taps + i] = value
      }
    }
    return (Array(total[..<taps]), covariance)
  }
}
