public import LHAudio

/// One channel of sound at 16 kHz, ready for a model.
public struct Utterance: Sendable {
  /// What messages call it: the path, "standard input", or what the caller said.
  public let name: String
  /// 16,000 a second, in [-1, 1].
  public let samples: [Float]
  /// What a person should know although nothing is wrong, such as that it was resampled.
  public let remarks: [AudioRemark]

  /// Reads an input; samples are taken as they are.
  public init(_ input: UtteranceInput, _ options: RecordingOptions = RecordingOptions()) throws(AudioFault) {
    name = input.name
    switch input {
    case .samples(let samples, _):
      self.samples = samples
      remarks = []
    case .sound(let input):
      let recording = try Recording(of: input, options)
      samples = recording.samples
      remarks = recording.remarks
    }
  }
}
