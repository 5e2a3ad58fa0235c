import LHRuntime

/// What was measured with audio of one length.
struct Measurement {
  /// Length of the audio.
  let audioSeconds: Double
  /// Frames of features.
  let frames: Int
  /// Seconds of each run, rising.
  let times: [Double]
  /// The stages' shares of the time of runs of their own, in the order of `Stage`; they add up to 1.
  let stageShares: [Double]
  /// Floating-point operations of the direct algorithm.
  let operations: Double
  /// Floating-point operations a second of one core's fused multiply-adds, measured between the runs.
  let peakPerCore: Double
  /// The most memory that the process held during these runs, in bytes.
  let peakMemory: Int

  /// Seconds of the median run.
  var median: Double { Measurement.median(times) }

  /// Median of the runs' absolute differences from their median, in seconds.
  var deviation: Double { Measurement.median(times.map { abs($0 - median) }.sorted()) }

  /// Floating-point operations of the direct algorithm a second.
  var rate: Double { operations / median }

  /// The median of rising numbers, of which there is one at least.
  static func median(_ sorted: [Double]) -> Double {
    let middle = sorted.count / 2
    return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
  }
}
