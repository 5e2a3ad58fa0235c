import CommandSupport
import Glibc
import JSON
import Kernels
import LightHuBERT
import Subnet

extension BenchReport {
  /// One object. `median_s` and its companions are those of the last length; `measurements` has all.
  var json: JSONValue {
    var object: JSONObject = [
      "model_sha256": .string(bench.modelDigest),
      "architecture": bench.model.architecture.json,
      "version": .string(LightHuBERTVersion.current),
      "commit": BenchReport.commit,
      "cpu": .string(SystemText.processor),
      "instruction_set": .string(bench.model.instructionSet),
      "gemm": .string(bench.model.options.gemm.rawValue),
      "precision": .string(bench.model.precision.rawValue),
      "threads": .integer(threadCount),
      "load_s": .number(bench.loadSeconds),
      "load_peak_memory_bytes": .integer(bench.loadPeakMemory),
      "weight_bytes": .integer(bench.model.weightByteCount),
    ]
    if let last = measurements.last, case .object(let values) = json(last) {
      for (name, value) in values.members { object[name] = value }
    }
    object["measurements"] = .array(measurements.map(json))
    return .object(object)
  }

  private func json(_ one: Measurement) -> JSONValue {
    var shares = JSONObject()
    for (stage, share) in zip(Stage.allCases, one.stageShares) { shares[stage.key] = .number(share) }
    return .object([
      "audio_s": .number(one.audioSeconds), "frames": .integer(one.frames), "runs": .integer(one.times.count),
      "median_s": .number(one.median), "deviation_s": .number(one.deviation), "min_s": .number(one.times.first ?? 0),
      "max_s": .number(one.times.last ?? 0), "real_time_factor": .number(one.median / one.audioSeconds),
      "gflops": .number(one.rate * 1e-9), "peak_gflops_per_core": .number(one.peakPerCore * 1e-9),
      "share_of_peak": .number(shareOfPeak(one)), "stage_shares": .object(shares),
      "peak_memory_bytes": .integer(one.peakMemory),
    ])
  }

  /// The commit that the program was built from. Only whoever built it can know, and says so in the environment.
  private static var commit: JSONValue {
    guard let value = getenv("LHB_COMMIT"), value.pointee != 0 else { return .null }
    return .string(String(cString: value))
  }
}

extension Stage {
  /// The name of its member.
  fileprivate var key: String { String(name.lowercased().map { $0 == " " ? "_" : $0 }) }
}
