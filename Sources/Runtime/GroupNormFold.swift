import LHKernels
import LHModel

/// The group norm after the first convolution, folded into that convolution before it runs.
///
/// With one channel a group, channel c is normalised by the mean and variance over time of its outputs w_c . x(t),
/// where x(t) are the windows of samples. Both follow from the windows' mean m and covariance S: the mean is w_c . m
/// and the variance w_c' S w_c. So one pass over the samples, in double precision, replaces two passes over 512
/// channels.
struct GroupNormFold {
  let layer: ConvWeights
  let multiplier: MatrixMultiplier

  /// Windows of a task; a fixed number, so that sums do not depend on the number of threads.
  private static let windowsPerTask = 8192

  private var taps: Int { layer.shape.kernel }
  /// Numbers that describe some windows: sums of each tap's samples, [taps], and of their products, [taps, taps].
  private var momentCount: Int { taps + taps * taps }

  private func taskCount(frames: Int) -> Int {
    (frames + GroupNormFold.windowsPerTask - 1) / GroupNormFold.windowsPerTask
  }

  /// Floats of scratch for `samples` samples: of each task, and of the whole, moments and one window in double
  /// precision.
  func scratchCount(samples: Int) -> Int {
    let tasks = taskCount(frames: layer.shape.frameCount(forInput: samples))
    return (tasks + 1) * (momentCount + taps) * MemoryLayout<Double>.stride / MemoryLayout<Float>.stride
  }

  /// Writes the folded weights and biases to `matrix`.
  ///
  /// - Parameters:
  ///   - count: Number of samples, enough for one window.
  ///   - mean: Subtracted from every sample, which is then multiplied by `factor`.
  ///   - scratch: `scratchCount(samples:)` floats.
  func fold(
    samples: UnsafePointer<Float>, count: Int, mean: Float, factor: Float, into matrix: WeightMatrix,
    scratch: UnsafeMutablePointer<Float>, on pool: WorkerPool
  ) {
    guard let rows = layer.rows, let norm = layer.norm else {
      preconditionFailure("only a convolution with a group norm is folded")
    }
    let frames = layer.shape.frameCount(forInput: count)
    let moments = UnsafeMutableRawPointer(scratch).bindMemory(
      to: Double.self, capacity: (taskCount(frames: frames) + 1) * (momentCount + taps))
    findMoments(samples: samples, frames: frames, mean: mean, factor: factor, to: moments, on: pool)
    let covariance = moments + taps
    let folded = UnsafeMutableRawPointer(moments + momentCount).bindMemory(to: Float.self, capacity: taps)
    for channel in 0..<layer.shape.channels {
      let row = rows.start + channel * taps
      var average = Double(layer.bias?.start[channel] ?? 0)
      var variance = 0.0
      for i in 0..<taps {
        average += Double(row[i]) * moments[i]
        for j in 0..<taps { variance += Double(row[i]) * covariance[i * taps + j] * Double(row[j]) }
      }
      let gain = Double(norm.gain.start[channel]) / (max(variance, 0) + 1e-5).squareRoot()
      for i in 0..<taps { folded[i] = Float(Double(row[i]) * gain) }
      let offset = Double(layer.bias?.start[channel] ?? 0) - average
      var bias = Float(offset * gain + Double(norm.bias.start[channel]))
      matrix.pack(rows: folded, count: 1, stride: taps, atColumn: channel, kernels: multiplier.kernels)
      matrix.setBias(&bias, count: 1, atColumn: channel)
    }
  }

  /// Mean, [taps], and covariance, [taps, taps], of the windows of standardised samples.
  ///
  /// - Parameter moments: Gets them; the tasks' own moments and windows follow.
  private func findMoments(
    samples: UnsafePointer<Float>, frames: Int, mean: Float, factor: Float, to moments: UnsafeMutablePointer<Double>,
    on pool: WorkerPool
  ) {
    let hop = layer.shape.stride
    let tasks = taskCount(frames: frames)
    let size = momentCount + taps
    let partial = moments + size
    pool.run(tasks) { task, _ in
      let sums = partial + task * size
      let products = sums + taps
      let window = sums + momentCount
      sums.update(repeating: 0, count: momentCount)
      let first = task * GroupNormFold.windowsPerTask
      for frame in first..<min(first + GroupNormFold.windowsPerTask, frames) {
        for i in 0..<taps {
          // The same rounding as the convolution's own input has.
          window[i] = Double((samples[frame * hop + i] - mean) * factor)
          sums[i] += window[i]
          for j in 0...i { products[i * taps + j] += window[i] * window[j] }
        }
      }
    }
    for index in 0..<momentCount {
      var sum = 0.0
      for task in 0..<tasks { sum += partial[task * size + index] }
      moments[index] = sum / Double(frames)
    }
    let covariance = moments + taps
    for i in 0..<taps {
      for j in 0...i {
        let value = covariance[i * taps + j] - moments[i] * moments[j]
        covariance[i * taps + j] = value
        covariance[j * taps + i] = value
      }
    }
  }
}
