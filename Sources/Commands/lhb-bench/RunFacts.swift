import Glibc
import LHJSON
import LHRuntime
import LHSupernet

/// What was measured, by what and on what, as JSON.
enum RunFacts {
  /// The members that every report begins with.
  ///
  /// - Parameter digest: SHA-256 of the model's file, in hexadecimal.
  static func json(of model: Model, digest: String) -> JSONObject {
    [
      "model_sha256": .string(digest),
      "architecture": model.architecture?.json ?? .null,
      "version": .string(LightHuBERTVersion.current),
      "commit": commit,
      "cpu": .string(SystemText.processor),
      "instruction_set": .string(model.instructionSet),
      "gemm": .string(model.options.gemm.rawValue),
      "threads": .integer(model.options.resolvedThreadCount),
    ]
  }

  /// What `Precision.auto` measured before it chose.
  static func trials(of model: Model) -> JSONValue {
    .array(
      model.precisionTrials.map { trial in
        .object(["precision": .string(trial.precision.rawValue), "relative_error": .number(trial.relativeError)])
      })
  }

  /// The commit that the program was built from. Only whoever built it can know, and says so in the environment.
  private static var commit: JSONValue {
    guard let value = getenv("LHB_COMMIT"), value.pointee != 0 else { return .null }
    return .string(String(cString: value))
  }
}
