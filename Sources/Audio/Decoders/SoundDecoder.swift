/// What gives frames of sound, from their beginning to their end.
protocol FrameSource: AnyObject {
  /// Frames a second, of the block that was given last; at the beginning, of the first one.
  var sampleRate: Int { get }
  /// Channels, likewise.
  var channelCount: Int { get }
  /// Why decoding ended before the end, in words that stand behind "truncated or damaged"; nil when it did not. Known
  /// when there is no further block.
  var interruption: String? { get }
  /// What may be the cause when there is less than promised although nothing is damaged.
  var shortfallCause: String? { get }

  /// The next frames, interleaved, scaled to [-1, 1] where they are integers; nil at the end.
  func nextBlock() throws(AudioFault) -> ArraySlice<Float>?
}

extension FrameSource {
  var shortfallCause: String? { nil }
}

/// Sound of one format. Where files were joined, rate and channels can change.
protocol SoundDecoder: FrameSource {
  /// The container and the encoding, for example "WAV (Microsoft), Signed 16 bit PCM".
  var formatName: String { get }
  /// How many frames the headers that were read state.
  var promise: LengthPromise { get }
  /// Whether the format marks the end of a sound, and this one has no such mark. Known when there is no further block.
  var lacksEnd: Bool { get }
  /// What a person should know although nothing is wrong. Known when there is no further block.
  var remarks: [AudioRemark] { get }
}

extension SoundDecoder {
  var lacksEnd: Bool { false }
}

/// How many frames a sound has, as far as its headers say.
enum LengthPromise: Equatable {
  /// So many. Fewer are taken for all when `slack` at most are missing: encoders of MP3 count differently.
  case frames(Int, slack: Int = 0)
  /// The header has a place for it, and does not say it.
  case unknown
  /// The format has no place for it.
  case none
}

/// What reads bytes for a decoder.
protocol ByteReader: AnyObject {
  /// Bytes that were read so far.
  var position: Int { get }

  /// Reads on, and says how many bytes that gave: fewer than wanted only at the end.
  func read(into buffer: UnsafeMutableRawPointer?, count: Int) -> Int
}

extension VirtualFile: ByteReader {}
