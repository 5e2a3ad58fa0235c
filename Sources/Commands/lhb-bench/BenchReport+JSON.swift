import LHJSON
import LHRuntime

extension BenchReport {
  /// One object. `median_s` and its companions are those of the last length; `measurements` has all.
  var json: JSONValue {
    var object = RunFacts.json(of: bench.model, digest: bench.modelDigest)
    object["precision"] = .string(bench.model.precision.rawValue)
    object["precision_trials"] = RunFacts.trials(of: bench.model)
    object["missing_instructions"] = .array(bench.model.missingInstructions.map(JSONValue.string))
    object["load_s"] = .number(bench.loadSeconds)
    object["load_peak_memory_bytes"] = .integer(bench.loadPeakMemory)
    object["weight_bytes"] = .integer(bench.model.weightByteCount)
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
}

extension Stage {
  /// The name of its member.
  fileprivate var key: String { String(name.lowercased().map { $0 == " " ? "_" : $0 }) }
}
