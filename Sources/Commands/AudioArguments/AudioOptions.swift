public import ArgumentParser
public import LHAudio
public import LHUtterances

/// What the programs that read sound let the user say about that.
public struct AudioOptions: ParsableArguments {
  /// The longest recording.
  @Option(
    help: ArgumentHelp(
      "Refuse audio that lasts longer, such as 90m or 1.5h.",
      discussion: "A number with h, m or s; without a unit, seconds.", valueName: "duration"))
  public var maxDuration = DurationArgument(seconds: 6 * 3600)

  /// The longest wait.
  @Option(
    help: ArgumentHelp(
      "Give up when a pipe gives no byte for so long; 0 waits for ever.", valueName: "duration"))
  public var timeout = DurationArgument(seconds: 60)

  /// Whether a recording that lacks its end is taken.
  @Flag(
    help: ArgumentHelp(
      "Take what there is of audio that lacks its end, or is damaged, up to that place.",
      discussion: "A note says how much that is. Otherwise it is an error."))
  public var allowTruncated = false

  /// Who decodes.
  @Option(
    help: ArgumentHelp(
      "Who decodes audio: built-in, or ffmpeg, which must be on the PATH.",
      discussion: "ffmpeg reads more, such as M4A, WMA, AMR and the sound of videos, and is run on the file alone.",
      valueName: "decoder"))
  public var decoder = DecoderChoice.builtIn

  /// The defaults.
  public init() {}

  /// Makes sure that some audio is allowed.
  public func validate() throws {
    guard maxDuration.seconds > 0 else { throw ValidationError("--max-duration is 0, expected more, such as 6h") }
  }
}

extension AudioOptions {
  /// How a recording is read that the options say something about.
  public func recordingOptions(channel: Int? = nil, resamples: Bool = true) -> RecordingOptions {
    RecordingOptions(
      channel: channel, resamples: resamples, decoder: decoder, allowsTruncated: allowTruncated,
      limits: ReadingLimits(maxSeconds: maxDuration.seconds, timeout: timeout.seconds))
  }
}

extension Utterance {
  /// What a person should know of it, each behind its name.
  public var notes: [String] { remarks.map { "\(name): \($0)" } }
}

extension DecoderChoice: ExpressibleByArgument {}
