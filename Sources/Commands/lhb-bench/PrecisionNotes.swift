import LHCommandSupport
import LHRuntime

/// Says on standard error what `--precision auto` chose, and which instructions are missed, each once.
struct PrecisionNotes {
  private var known: Set<String> = []

  mutating func say(about model: Model) {
    let precision = model.precision.rawValue
    if let maxError = model.options.maxError {
      let trials = model.precisionTrials.map { (precision: $0.precision.rawValue, error: $0.relativeError) }
      note(PrecisionText.choice(of: precision, among: trials, within: maxError))
    }
    let missing = model.missingInstructions.filter { known.insert($0).inserted }
    if !missing.isEmpty {
      note(PrecisionText.missing(missing, for: precision, instructionSet: model.instructionSet))
    }
  }

  private func note(_ text: String) { StandardError.line("lhb-bench: note: \(text)") }
}
