import CommandSupport
import LightHuBERT

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
      model   \(ModelText.summary(of: bench.model.architecture))
      runs    \(bench.runs) of each length on \(threadCount) thread\(plural), \(bench.model.instructionSet)
      load    \(BenchReport.fixed(bench.loadSeconds, 3)) s, \(Formatting.size(bench.loadPeakMemory)) at most; weights \
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
        BenchReport.fixed(one.audioSeconds, 2), BenchReport.fixed(one.median, 4), BenchReport.fixed(one.deviation, 4),
        BenchReport.fixed(one.times.first ?? 0, 4), BenchReport.fixed(one.times.last ?? 0, 4),
        BenchReport.fixed(one.audioSeconds / one.median, 1), BenchReport.fixed(one.rate * 1e-9, 1),
        BenchReport.percent(shareOfPeak(one)), Formatting.size(one.peakMemory),
        Formatting.size(max(0, one.peakMemory - bench.model.weightByteCount)),
      ]
    }
    return BenchReport.aligned([header] + rows)
  }

  private var stages: String {
    let rows = measurements.map { one in
      [BenchReport.fixed(one.audioSeconds, 2)] + one.stageShares.map(BenchReport.percent)
    }
    return BenchReport.aligned([["audio s"] + Stage.allCases.map(\.name)] + rows)
  }

  /// Columns as wide as their widest cell, to the right.
  private static func aligned(_ rows: [[String]]) -> String {
    let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      "  " + zip(row, widths).map { String(repeating: " ", count: $1 - $0.count) + $0 }.joined(separator: "   ") + "\n"
    }.joined()
  }

  private static func percent(_ share: Double) -> String { fixed(100 * share, 1) + " %" }

  /// A number with a fixed count of decimals.
  private static func fixed(_ value: Double, _ decimals: Int) -> String {
    var power = 1.0
    for _ in 0..<decimals { power *= 10 }
    let digits = String(Int((value * power).rounded()))
    guard decimals > 0 else { return digits }
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    return padded.dropLast(decimals) + "." + padded.suffix(decimals)
  }
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
