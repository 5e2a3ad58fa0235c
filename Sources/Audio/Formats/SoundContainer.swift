/// Where the samples lie in a container whose header says that, and what a decoder is given in place of that header.
///
/// A decoder gets the parts of the header that samples need, with the size that is there: sizes that no program knew
/// when it wrote them are right then, and chunks that nothing needs are not parsed.
struct SoundContainer {
  /// The container in the words of people, such as "WAV".
  let name: String
  /// How samples are encoded, such as "G.726 ADPCM"; nil where the container's own name says enough.
  let codec: String?
  /// What stands in front of the sound for libsndfile.
  let header: [UInt8]
  /// Bytes of the file that are sound.
  let sound: Range<Int>
  /// Bytes of sound that the header states.
  let stated: StatedSize
  /// Bytes of a second of the sound.
  let byteRate: Double
  /// Whether these bytes are frames of MPEG audio.
  var isMPEG = false
  /// Whether libsndfile knows the codec, so that what it refuses is a kind of that, or damaged.
  var isKnownCodec = false
  /// What to do where it does not.
  var remedy = AudioFault.Remedy.maybeFFmpeg
  /// Bytes of another sound that stands behind this one.
  var followingCount = 0

  /// The bytes for libsndfile.
  var parts: [VirtualFile.Part] { [.bytes(header), .range(sound)] }

  /// What is not there of the bytes that are stated, in words; nil when nothing is missing.
  var missing: String? {
    guard case .bytes(let count) = stated, count > sound.count else { return nil }
    return "its header states \(count) bytes of sound, of which \(sound.count) are there"
  }

  /// Such as "WAV with G.726 ADPCM".
  var description: String { codec.map { "\(name) with \($0)" } ?? name }
}

/// A size that a header states.
enum StatedSize: Equatable {
  /// So many bytes.
  case bytes(Int)
  /// What programs write that did not know it: those that write to a pipe, and those that were interrupted.
  case unknown

  /// Values that stand for "unknown" in fields of 32 bits: 0 where sound follows, and what ffmpeg, sox, arecord and
  /// others write, which are the largest numbers, some with a header taken off or rounded.
  static func isUnknown(_ size: UInt32) -> Bool {
    placeholders.contains { $0.contains(size) }
  }

  private static let placeholders: [ClosedRange<UInt32>] = [
    0x7eff_0000...0x7f01_0000, 0x7ffe_0000...0x8001_0000, 0xfffe_0000...0xffff_ffff,
  ]

  /// The same in fields of 64 bits, where no file comes near the largest numbers.
  static func isUnknown(_ size: UInt64) -> Bool { size >= 1 << 60 || size == UInt64(UInt32.max) }

  /// What a stated size means, and how many bytes of sound there are.
  ///
  /// - Parameters:
  ///   - size: The size; nil when it is one that stands for "unknown".
  ///   - start: Offset of the first byte of sound.
  ///   - follows: Whether something that is no sound stands at an offset, such as another chunk.
  static func resolve(
    _ size: UInt64?, start: Int, in sound: SoundBytes, follows: (_ offset: Int) throws(AudioFault) -> Bool
  ) throws(AudioFault) -> (stated: StatedSize, sound: Range<Int>) {
    let start = min(start, sound.count)
    let rest = start..<sound.count
    guard let size, let size = Int(exactly: size) else { return (.unknown, rest) }
    if size == 0 {
      let isEmpty = rest.isEmpty ? true : try follows(start)
      return isEmpty ? (.bytes(0), start..<start) : (.unknown, rest)
    }
    // The size of the file, or of all behind its first eight bytes, with the header counted in.
    if size > rest.count { return (size == sound.count || size == sound.count - 8 ? .unknown : .bytes(size), rest) }
    let end = start + size
    let isWhole = end == sound.count ? true : try follows(end)
    return (.bytes(size), isWhole ? start..<end : rest)
  }
}
