public import LHSystem

/// A sound file that cannot be used.
public enum AudioFault: Fault, Equatable {
  /// The file cannot be opened, or reading it fails.
  case cannotRead(name: String, reason: SystemError)
  /// The path leads to a folder.
  case folder(name: String)
  /// The path leads to a device, such as a terminal or /dev/zero.
  case device(name: String)
  /// There is not one byte.
  case empty(name: String)
  /// A format that is known and not read; `format` in the words of people.
  case foreignFormat(name: String, format: String, remedy: Remedy)
  /// No format that is known; `start` says what the first bytes look like.
  case unknownFormat(name: String, start: String)
  /// A format that is read, whose header cannot be.
  case damaged(name: String, format: String, problem: String)
  /// The recording lasts at least `seconds`, longer than is allowed.
  case tooLong(name: String, seconds: Double, maxSeconds: Double)
  /// More bytes came through a pipe than the longest recording needs.
  case streamTooLong(name: String, byteCount: Int, maxSeconds: Double)
  /// A pipe or socket gave no byte, and did not end, for so long.
  case stalled(name: String, seconds: Double)
  /// The sampling rate is outside `Recording.sampleRates`.
  case unusableRate(name: String, rate: Int)
  /// The sampling rate is not 16 kHz, and resampling was not wanted.
  case otherRate(name: String, rate: Int)
  /// There is no such channel; `channel` counts from 1.
  case noSuchChannel(name: String, channel: Int, channelCount: Int)
  /// A sample, at a time in seconds, is a NaN or an infinity.
  case notFinite(name: String, value: Double, seconds: Double)
  /// Decoding ended before the length that the header promises; both in frames.
  case cutShort(name: String, frameCount: Int, promised: Int?, sampleRate: Int, reason: String)
  /// A decoder has not even the memory to begin, or the library is another one than this was built with.
  case decoderUnavailable(name: String, library: String)
  /// ffmpeg, which was asked for, did not give what was wanted.
  case ffmpeg(FFmpegFault)
  /// libsoxr gave up.
  case cannotResample(name: String, rate: Int, reason: String)

  /// What to do about a file that is not read.
  public enum Remedy: Equatable, Sendable {
    /// ffmpeg decodes it.
    case ffmpeg
    /// ffmpeg decodes it, perhaps.
    case maybeFFmpeg
    /// It holds no sound; what to do instead.
    case advice(String)
    /// Some other program converts it.
    case convert
  }

  /// The kind of fault.
  public var kind: FaultKind {
    switch self {
    case .ffmpeg(let fault): fault.kind
    case .cannotRead, .folder, .device: .missingInput
    case .noSuchChannel: .usage
    case .stalled: .inputOutput
    case .decoderUnavailable: .outOfMemory
    default: .badData
    }
  }

  /// One line.
  public var description: String {
    switch self {
    case .cannotRead(let name, let reason): "\(name): cannot be read: \(reason)"
    case .folder(let name): "\(name): is a folder, expected a sound file"
    case .device(let name): "\(name): is a device, expected a sound file or a pipe"
    case .empty(let name): "\(name): is empty, expected a sound file"
    case .foreignFormat(let name, let format, let remedy):
      if case .advice(let advice) = remedy {
        "\(name): is \(format); \(advice)"
      } else {
        "\(name): is \(format), which is not read; \(AudioFault.words(remedy))"
      }
    case .unknownFormat(let name, let start):
      """
      \(name): \(start), expected a sound file in WAV, FLAC, Ogg, MP3, AIFF, AU, CAF or NIST SPHERE; samples without a \
      header need one, such as by ffmpeg -f s16le -ar 16000 -ac 1 -i FILE FILE.wav
      """
    case .damaged(let name, let format, let problem):
      "\(name): is \(format), but cannot be read: \(problem); truncated or damaged"
    case .tooLong(let name, let seconds, let maxSeconds):
      "\(name): lasts \(seconds) s or more, expected at most \(maxSeconds) s; --max-duration allows more"
    case .streamTooLong(let name, let count, let maxSeconds):
      """
      \(name): gave \(count) bytes and goes on, more than \(maxSeconds) s of sound need; --max-duration allows more, \
      and a file may have any size
      """
    case .stalled(let name, let seconds):
      "\(name): no byte came for \(seconds) s, expected sound or its end; --timeout allows longer waits, 0 for ever"
    case .unusableRate(let name, let rate):
      """
      \(name): has a sampling rate of \(rate) Hz, expected \(Recording.sampleRates.lowerBound) to \
      \(Recording.sampleRates.upperBound) Hz
      """
    case .otherRate(let name, let rate):
      "\(name): has a sampling rate of \(rate) Hz, expected \(Recording.sampleRate) Hz where resampling is off"
    case .noSuchChannel(let name, let channel, let count):
      "\(name): has no channel \(channel), expected \(count == 1 ? "1, the only one" : "1 to \(count)")"
    case .notFinite(let name, let value, let seconds):
      "\(name): the sample at \(seconds) s is \(value.isNaN ? "nan" : "\(value)"), expected finite numbers"
    case .cutShort(let name, let count, let promised, let rate, let reason):
      """
      \(name): ends after \(rounded(Double(count) / Double(rate))) s\
      \(promised.map { " of the \(rounded(Double($0) / Double(rate))) s that its header promises" } ?? ""): \
      truncated or damaged\
      \(reason.isEmpty ? "" : " (\(reason))"); --allow-truncated takes what is there
      """
    case .decoderUnavailable(let name, let library):
      "\(name): cannot be decoded: \(library) does not start, for want of memory"
    case .ffmpeg(let fault): fault.description
    case .cannotResample(let name, let rate, let reason):
      "\(name): cannot be resampled from \(rate) to \(Recording.sampleRate) Hz: \(reason)"
    }
  }

  /// The way on.
  private static func words(_ remedy: Remedy) -> String {
    switch remedy {
    case .advice(let advice): advice
    case .convert: "convert it to WAV or FLAC, such as with sox"
    case .ffmpeg:
      FFmpeg.find() == nil
        ? "install ffmpeg (the package is called so), and --decoder ffmpeg reads it, or convert it to WAV or FLAC"
        : "--decoder ffmpeg reads it, or convert it to WAV or FLAC, such as by ffmpeg -i FILE FILE.wav"
    case .maybeFFmpeg:
      "--decoder ffmpeg may read it"
        + (FFmpeg.find() == nil
          ? ", once that is installed, or convert it to WAV or FLAC" : ", or convert it to WAV or FLAC")
    }
  }
}
