/// What a person should know of a recording although it was read.
public enum AudioRemark: Equatable, Sendable, CustomStringConvertible {
  /// Its rate, in Hz, is not 16 kHz.
  case resampled(from: Int)
  /// The mean of so many channels was taken.
  case averaged(channelCount: Int)
  /// Files with other rates or channels were joined, of which this is the first.
  case formatChanges
  /// The header does not say how long it is; it lasts so many seconds.
  case unstatedLength(seconds: Double)
  /// It lasts longer than its header says.
  case longerThanStated(seconds: Double, stated: Double)
  /// It ends before the length that is stated, or amid damage, and was wanted all the same.
  case cutShort(seconds: Double, stated: Double?, reason: String)
  /// The last page of an Ogg file says that more was to follow.
  case lacksEnd(seconds: Double)
  /// Pages are missing between the headers and the first sound.
  case joinedBroadcast
  /// Its positions count so many seconds for which there are no packets, such as those that a network lost.
  case gaps(seconds: Double)
  /// There are so many more streams of sound in it, which were not read.
  case otherStreams(count: Int)
  /// Another sound of so many bytes, with a header of its own, stands behind it.
  case anotherSound(byteCount: Int)
  /// So many bytes amid or behind the sound are none of it.
  case skippedBytes(Int)
  /// The last position in it is before the one before it, so that padding at the end may be read.
  case endUnknown
  /// ffmpeg decoded it.
  case decodedByFFmpeg

  /// Words that stand behind the name of the recording.
  public var description: String {
    switch self {
    case .resampled(let rate): "resampled from \(rate) to \(Recording.sampleRate) Hz"
    case .averaged(let count): "the mean of \(count) channels is taken"
    case .formatChanges: "its sampling rate or number of channels changes on the way"
    case .unstatedLength(let seconds):
      "its header does not state its length; all \(rounded(seconds)) s that are there are taken"
    case .longerThanStated(let seconds, let stated):
      "its header states \(rounded(stated)) s; all \(rounded(seconds)) s that are there are taken"
    case .cutShort(let seconds, let stated, let reason):
      """
      only the \(rounded(seconds)) s are taken that are there\(stated.map { ", of \(rounded($0)) s" } ?? "")\
      \(reason.isEmpty ? "" : ": \(reason)")
      """
    case .lacksEnd(let seconds):
      """
      does not say that it is at its end, as a recording that was cut off; all \(rounded(seconds)) s that are there \
      are taken
      """
    case .joinedBroadcast: "pages are missing before its first sound, as where the recording of a broadcast begins"
    case .gaps(let seconds):
      "by its positions \(rounded(seconds)) s are missing amid it; what is there is read without a gap"
    case .otherStreams(let count): "the first stream of sound is taken, of \(count + 1)"
    case .anotherSound(let count):
      "another sound of \(count) bytes stands behind it, as where files were joined, and is not read"
    case .skippedBytes(let count): "\(count) bytes amid the sound or behind it are none, and were skipped"
    case .endUnknown: "its last position does not fit, so that what was added at its end may be read"
    case .decodedByFFmpeg: "decoded by ffmpeg"
    }
  }
}

/// Seconds to the millisecond, for people.
func rounded(_ seconds: Double) -> Double { (seconds * 1000).rounded() / 1000 }
