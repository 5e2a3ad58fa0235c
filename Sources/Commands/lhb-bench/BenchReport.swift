import LHCommandSupport
import LHRuntime

/// Measurements, for people as a table.
struct BenchReport {
  let bench: Bench
  let measurements: [Measurement]

  var threadCount: Int { bench.model.options.resolvedThreadCount }

  /// Share of what the cores in use can reach.
  func shareOfPeak(_ one: Measurement) -> Double { one.rate / (one.peakPerCore * Double(threadCount)) }

  /// Two tables: times, and the stages' shares.
  var table: String {
    let plural = threadCount == 1 ? "" : "s"
    return """
      model   \(bench.model.architecture.map(ModelText.summary(of:)) ?? ModelText.summary(of: bench.model.shape))
      runs    \(bench.runs) of each length on \(threadCount) thread\(plural), \(bench.model.instructionSet), \
      \(bench.model.precision.rawValue)
      load    \(Formatting.fixed(bench.loadSeconds, 3)) s, \(Formatting.size(bench.loadPeakMemory)) at most; weights \
      \(Formatting.size(bench.model.weightByteCount))

      \(times)
      share of the time
      \(stages)
      """
  }

  private var times: String {
    let header = [
      "audio s", "median s", "+- s", "min s", "max s", "x real time", "GFLOP/s", "of peak", "memory", "beyond weights",
    ]
    let rows = measurements.map { one in
      [
        Formatting.fixed(one.audioSeconds, 2), Formatting.fixed(one.median, 4), Formatting.fixed(one.deviation, 4),
        Formatting.fixed(one.times.first ?? 0, 4), Formatting.fixed(one.times.last ?? 0, 4),
        Formatting.fixed(one.audioSeconds / one.median, 1), Formatting.fixed(one.rate * 1e-9, 1),
        BenchReport.percent(shareOfPeak(one)), Formatting.size(one.peakMemory),
        Formatting.size(max(0, one.peakMemory - bench.model.weightByteCount)),
      ]
    }
    return Table.aligned([header] + rows)
  }

  private var stages: String {
    let rows = measurements.map { one in
      [Formatting.fixed(one.audioSeconds, 2)] + one.stageShares.map(BenchReport.percent)
    }
    return Table.aligned([["audio s"] + Stage.allCases.map(\.name)] + rows)
  }

  private static func percent(_ share: Double) -> String { Formatting.fixed(100 * share, 1) + " %" }
}

extension Stage {
  /// What tables call it.
  var name: String {
    switch self {
    case .convStack: "conv stack"
    case .positionConvolution: "position conv"
    case .projections: "projections"
    case .attention: "attention"
    case .ffn: "FFN"
    case .norms: "norms"
    case .rest: "rest"
    }
  }
}
