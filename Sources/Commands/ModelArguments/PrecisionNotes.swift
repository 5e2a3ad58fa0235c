public import LHRuntime

/// What a person should know of models' precisions: what `--precision auto` chose, and which instructions are missed,
/// each once.
public struct PrecisionNotes {
  private var known: Set<String> = []

  /// Nothing has been said.
  public init() {}

  /// What has not been said of models before this one.
  public mutating func notes(about model: Model) -> [String] {
    let precision = model.precision.rawValue
    var notes: [String] = []
    if let maxError = model.options.maxError {
      notes.append(PrecisionText.choice(of: precision, among: model.precisionTrials, within: maxError))
    }
    let missing = model.missingInstructions.filter { known.insert($0).inserted }
    if !missing.isEmpty {
      notes.append(PrecisionText.missing(missing, for: precision, instructionSet: model.instructionSet))
    }
    return notes
  }
}
