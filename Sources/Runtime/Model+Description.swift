import LHJSON
import LHModel
import LHSubnetFile

extension Model {
  /// Parameters as the published code counts them: those that are stored and, of a subnet, the mask embedding that only
  /// training uses.
  public var parameterCount: Int { ParameterCount(shape, maskEmbedding: about?.maskEmbedding ?? 0).total }

  /// What the model is, as one JSON object on one line.
  ///
  /// Members: `sample_rate` (Hz), `minimum_samples`, `layer_count`, `hidden_size`, `family`, `architecture` (the
  /// published form), `published_name`, `search_spaces`, `config`, `shape`, `normalizes_waveform`, `waveform_epsilon`,
  /// `projection_size`, `parameters`, `macs_per_second` (of an utterance of ten seconds), `provenance`, `precision`,
  /// `precision_trials` (`precision` and `relative_error` of each) and `missing_instructions`. Members may be added in
  /// later versions.
  public var descriptionJSON: String {
    var object = shape.description(of: about, provenance)
    object["precision"] = .string(precision.rawValue)
    object["precision_trials"] = .array(
      precisionTrials.map { trial in
        .object(["precision": .string(trial.precision.rawValue), "relative_error": .number(trial.relativeError)])
      })
    object["missing_instructions"] = .array(missingInstructions.map(JSONValue.string))
    return JSONValue.object(object).text()
  }
}
