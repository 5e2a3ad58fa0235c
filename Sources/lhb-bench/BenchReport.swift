import CommandSupport
import JSON
import Kernels
import LightHuBERT
import Subnet

/// Measurements as a table and as JSON.
struct BenchReport {
  let bench: Bench
  let measurements: [Measurement]

  private var threadCount: Int { bench.model.options.resolvedThreadCount }

  /// For people.
  var table: String {
    var text = """
      model   \(ModelText.summary(of: bench.model.architecture))
      runs    \(bench.runs) of each length on \(threadCount) thread\(threadCount == 1 ? "" : "s"), \
      \(bench.model.instructionSet), loaded in \(BenchReport.fixed(bench.loadSeconds, 3)) s

        audio s   median s      min s      max s   x real time   GFLOP/s   of peak   memory

      """
    for one in measurements {
      let rate = one.operations / one.median
      let columns = [
        (BenchReport.fixed(one.audioSeconds, 2), 9), (BenchReport.fixed(one.median, 4), 11),
        (BenchReport.fixed(one.times.first ?? 0, 4), 11), (BenchReport.fixed(one.times.last ?? 0, 4), 11),
        (BenchReport.fixed(one.audioSeconds / one.median, 1), 14), (BenchReport.fixed(rate * 1e-9, 1), 10),
        (BenchReport.fixed(100 * share(one), 0) + " %", 10), (Formatting.size(one.peakMemory), 10),
      ]
      text += columns.map { String(repeating: " ", count: max(0, $1 - $0.count)) + $0 }.joined() + "\n"
    }
    return text
  }

  /// One object. `median_s` and its companions are those of the last length; `measurements` has all.
  var json: JSONValue {
    var object: JSONObject = [
      "model_sha256": .string(bench.modelDigest),
      "architecture": bench.model.architecture.json,
      "version": .string(ProgramVersion.current),
      "cpu": .string(BenchReport.processor),
      "instruction_set": .string(bench.model.instructionSet),
      "gemm": .string(bench.model.options.gemm.rawValue),
      "precision": .string(Precision.f32.rawValue),
      "threads": .integer(threadCount),
      "load_s": .number(bench.loadSeconds),
    ]
    if let last = measurements.last, case .object(let values) = json(last) {
      for (name, value) in values.members { object[name] = value }
    }
    object["measurements"] = .array(measurements.map(json))
    return .object(object)
  }

  private func json(_ one: Measurement) -> JSONValue {
    .object([
      "audio_s": .number(one.audioSeconds), "frames": .integer(one.frames), "runs": .integer(one.times.count),
      "median_s": .number(one.median), "min_s": .number(one.times.first ?? 0), "max_s": .number(one.times.last ?? 0),
      "real_time_factor": .number(one.median / one.audioSeconds),
      "gflops": .number(one.operations / one.median * 1e-9),
      "peak_gflops_per_core": .number(one.peakPerCore * 1e-9), "share_of_peak": .number(share(one)),
      "peak_memory_bytes": .integer(one.peakMemory),
    ])
  }

  /// Share of what the cores in use can reach.
  private func share(_ one: Measurement) -> Double {
    one.operations / one.median / (one.peakPerCore * Double(threadCount))
  }

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
