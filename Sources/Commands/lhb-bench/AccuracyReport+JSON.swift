import LHJSON
import LHRuntime

extension AccuracyReport {
  /// One object. What is infinite, such as the SNR of states that are the same, is null.
  func json(modelDigest: String, referenceDigest: String) -> JSONValue {
    var object = RunFacts.json(of: bench.reference, digest: modelDigest)
    object["reference_sha256"] = .string(referenceDigest)
    object["reference_formats"] = .array(files.referenceFormats.map(JSONValue.string))
    object["audio_s"] = .number(audioSeconds)
    object["frames"] = .integer(bench.reference.frameCount(forSamples: bench.samples.count))
    object["runs"] = .integer(bench.runs)
    object["reference_weight_bytes"] = .integer(bench.reference.weightByteCount)
    object["comparisons"] = .array(comparisons.map(json))
    return .object(object)
  }

  private func json(_ one: Comparison) -> JSONValue {
    var states: [JSONValue] = []
    for (index, difference) in one.states.enumerated() {
      var state: JSONObject = ["state": .integer(index)]
      for (name, value) in json(difference).members { state[name] = value }
      states.append(.object(state))
    }
    return .object([
      "precision": .string(one.model.precision.rawValue),
      "precision_trials": RunFacts.trials(of: one.model),
      "missing_instructions": .array(one.model.missingInstructions.map(JSONValue.string)),
      "median_s": .number(one.median), "reference_median_s": .number(one.referenceMedian),
      "time_ratio": .number(one.median / one.referenceMedian),
      "weight_bytes": .integer(one.model.weightByteCount), "states": .array(states),
      "last": .object(json(one.last)),
    ])
  }

  private func json(_ difference: StateDifference) -> JSONObject {
    [
      "snr_db": .number(difference.signalToNoise), "cosine": .number(difference.cosine),
      "relative_error": .number(difference.relativeError), "largest_error": .number(difference.largestError),
    ]
  }
}
