public import Faults
public import Files

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
  /// libsndfile does not know the format, or the header is damaged.
  case unknownFormat(name: String, reason: String)
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
  /// libsoxr gave up.
  case cannotResample(name: String, rate: Int, reason: String)

  /// The kind of fault.
  public var kind: FaultKind {
    switch self {
    case .cannotRead, .folder, .device: .missingInput
    case .noSuchChannel: .usage
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
    case .unknownFormat(let name, let reason):
      "\(name): is not a sound file that libsndfile reads, such as WAV, FLAC, Ogg, MP3 or AIFF (\(reason))"
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
      "\(name): the sample at \(seconds) s is \(value), expected finite numbers"
    case .cutShort(let name, let count, let promised, let rate, let reason):
      """
      \(name): ends after \(Double(count) / Double(rate)) s\
      \(promised.map { " of the \(Double($0) / Double(rate)) s that its header promises" } ?? ""): truncated or damaged\
      \(reason.isEmpty ? "" : " (\(reason))")
      """
    case .cannotResample(let name, let rate, let reason):
      "\(name): cannot be resampled from \(rate) to \(Recording.sampleRate) Hz: \(reason)"
    }
  }
}
