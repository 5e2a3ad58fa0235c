/// The header of a frame of MPEG audio (ISO 11172-3, 13818-3), layers I to III.
struct MPEGFrame {
  /// Frames a second of the sound.
  let sampleRate: Int
  let sampleCount: Int
  /// Bytes of the whole frame; nil in the free format, where no header says it.
  let byteCount: Int?
  private let version: UInt8
  private let layer: Int
  private let isMono: Bool

  static let headerSize = 4
  /// So many bytes of something else may stand in front of the first frame.
  private static let searchSize = 1 << 22
  /// So many frames must follow each other, or end with the file, before what begins with something else is taken for
  /// MPEG audio: one header is eleven bits and a few rules.
  private static let chainLength = 6
  /// So many are enough when the file, but for tags, ends with them.
  private static let shortestChain = 3

  /// Nil when the bytes are no such header.
  init?(_ bytes: ArraySlice<UInt8>) {
    let start = bytes.startIndex
    guard bytes.count >= MPEGFrame.headerSize, bytes[start] == 0xff, bytes[start + 1] & 0xe0 == 0xe0 else { return nil }
    let (second, third) = (bytes[start + 1], bytes[start + 2])
    version = second >> 3 & 3
    layer = 4 - Int(second >> 1 & 3)
    let rateIndex = Int(third >> 2 & 3)
    let bitRateIndex = Int(third >> 4)
    guard version != 1, layer != 4, rateIndex != 3, bitRateIndex != 15 else { return nil }
    let isFirst = version == 3
    sampleRate = [44_100, 48_000, 32_000][rateIndex] / (isFirst ? 1 : version == 2 ? 2 : 4)
    sampleCount = layer == 1 ? 384 : layer == 2 || isFirst ? 1152 : 576
    isMono = bytes[start + 3] >> 6 == 3
    let rates = MPEGFrame.bitRates[isFirst ? layer - 1 : layer == 1 ? 3 : 4]
    let padding = Int(third >> 1 & 1)
    byteCount =
      bitRateIndex == 0
      ? nil
      : layer == 1
        ? (12 * rates[bitRateIndex] * 1000 / sampleRate + padding) * 4
        : sampleCount / 8 * rates[bitRateIndex] * 1000 / sampleRate + padding
  }

  private static let bitRates = [
    [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
    [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
    [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
    [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
    [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
  ]

  private func continues(_ other: MPEGFrame) -> Bool {
    version == other.version && layer == other.layer && sampleRate == other.sampleRate
  }

  // MARK: Searching

  /// Offset of the first frame that is followed by enough others; nil when there is none near the beginning.
  static func search(_ sound: SoundBytes, from start: Int) throws(AudioFault) -> Int? {
    let bytes = try sound.bytes(at: start, count: searchSize)
    for offset in bytes.indices.dropLast(headerSize - 1) where bytes[offset] == 0xff {
      guard let frame = MPEGFrame(bytes[offset...]) else { continue }
      if try isChain(frame, at: offset, bytes, sound, start) { return start + offset }
    }
    return nil
  }

  /// - Parameters:
  ///   - first: A frame at an offset of `bytes`, which begin at `start` of the sound.
  private static func isChain(
    _ first: MPEGFrame, at place: Int, _ bytes: [UInt8], _ sound: SoundBytes, _ start: Int
  ) throws(AudioFault) -> Bool {
    var frame = first
    var offset = place
    for length in 1..<chainLength {
      guard let byteCount = frame.byteCount else { return false }
      offset += byteCount
      guard start + offset + headerSize <= sound.count else { return length >= shortestChain }
      let isNear = offset + headerSize <= bytes.count
      let header =
        isNear ? bytes[offset..<offset + headerSize] : try sound.bytes(at: start + offset, count: headerSize)[...]
      guard let next = MPEGFrame(header), next.continues(first) else {
        return length >= shortestChain ? try Tags.stand(at: start + offset, in: sound) : false
      }
      frame = next
    }
    return true
  }

  // MARK: What its first frame may say of all of them

  /// How many samples the sound has, by a frame at `offset` that holds tables of Xing's or Fraunhofer's kind instead of
  /// sound; nil when it is none, `.unknown` when nobody filled it in. Encoders disagree on whether that frame counts
  /// itself.
  func promise(at offset: Int, in sound: SoundBytes) throws(AudioFault) -> LengthPromise? {
    promise(try sound.bytes(at: offset, count: MPEGFrame.tableSize)[...])
  }

  /// The same by the first bytes of a frame.
  func promise(_ bytes: ArraySlice<UInt8>) -> LengthPromise? {
    guard layer == 3 else { return nil }
    let sideInfo = version == 3 ? (isMono ? 17 : 32) : (isMono ? 9 : 17)
    let xing = bytes.dropFirst(MPEGFrame.headerSize + sideInfo).prefix(12)
    if xing.starts(with: "Xing".utf8) || xing.starts(with: "Info".utf8) {
      guard xing.count == 12, xing[xing.startIndex + 7] & 1 != 0 else { return .unknown }
      return promise(frameCount: MPEGFrame.number(xing.suffix(4)))
    }
    let vbri = bytes.dropFirst(MPEGFrame.headerSize + 32).prefix(18)
    guard vbri.count == 18, vbri.starts(with: "VBRI".utf8) else { return nil }
    return promise(frameCount: MPEGFrame.number(vbri.suffix(4)))
  }

  private func promise(frameCount: Int) -> LengthPromise {
    frameCount == 0 || frameCount == 0xffff_ffff
      ? .unknown : .frames(frameCount * sampleCount, slack: sampleCount)
  }

  /// So many bytes of a frame hold all that is looked at.
  static let tableSize = headerSize + 32 + 18

  private static func number(_ bytes: ArraySlice<UInt8>) -> Int { bytes.reduce(0) { $0 << 8 | Int($1) } }
}
