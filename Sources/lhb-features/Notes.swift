import AudioFile
import CommandSupport
import LightHuBERT
import Subnet

/// What a person should know about a run although nothing is wrong.
enum Notes {
  /// How a recording was brought to one channel of 16 kHz, and doubts about its length.
  static func about(_ recording: Recording, name: String, channel: Int?) -> [String] {
    let source = recording.source
    var notes: [String] = []
    if source.sampleRate != Recording.sampleRate {
      notes.append("\(name): resampled from \(source.sampleRate) to \(Recording.sampleRate) Hz")
    }
    if source.channelCount > 1, channel == nil {
      notes.append("\(name): the mean of \(source.channelCount) channels is taken")
    }
    if !source.isLengthCertain {
      let seconds = Double(source.frameCount) / Double(source.sampleRate)
      notes.append("\(name): its header does not state its length rightly; all \(seconds) s that are there are taken")
    }
    return notes
  }

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
