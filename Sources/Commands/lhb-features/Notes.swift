import LHCommandSupport
import LHRuntime
import LHSupernet

/// What a person should know about a run although nothing is wrong.
enum Notes {
  /// A guess that the results depend on.
  static func aboutWaveform(of model: Model) -> [String] {
    guard model.config.normalize == nil else { return [] }
    let state = model.config.normalizesWaveform ? "on" : "off"
    return [
      """
      \(model.path): does not say whether the waveform is normalised; taken as \(state) because of its feature \
      extractor (--normalize says otherwise)
      """
    ]
  }

  /// What `--precision auto` chose, and instructions that are missed.
  static func aboutPrecision(of model: Model) -> [String] {
    let precision = model.precision.rawValue
    var notes: [String] = []
    if let maxError = model.options.maxError {
      notes.append(
        PrecisionText.choice(
          of: precision, among: model.precisionTrials.map { ($0.precision.rawValue, $0.relativeError) },
          within: maxError))
    }
    let missing = model.missingInstructions
    if !missing.isEmpty {
      notes.append(PrecisionText.missing(missing, for: precision, instructionSet: model.instructionSet))
    }
    return notes
  }
}
