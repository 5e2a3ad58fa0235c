public import LHAudio

/// Where an utterance comes from.
public enum UtteranceInput: Equatable, Sendable {
  /// Sound that is decoded: a path, standard input, or a file's bytes.
  case sound(AudioInput)
  /// Samples that somebody else decoded: mono at 16 kHz, in [-1, 1]; `name` stands for them in messages.
  case samples([Float], name: String)

  /// What messages call it.
  public var name: String {
    switch self {
    case .sound(let input): input.name
    case .samples(_, let name): name
    }
  }
}
