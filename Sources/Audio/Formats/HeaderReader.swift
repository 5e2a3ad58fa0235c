/// Numbers and names in the header of a container.
struct HeaderReader {
  let sound: SoundBytes
  var isBigEndian = false

  /// The most bytes of a part of a header that are read at once.
  static let mostBytes = 1 << 16
  /// The most chunks in front of the sound, and behind it.
  static let mostChunks = 10_000

  /// An unsigned number; nil behind the end.
  func number<Number: FixedWidthInteger & UnsignedInteger>(
    _ offset: Int, as type: Number.Type = Number.self
  ) throws(AudioFault) -> Number? {
    let bytes = try sound.bytes(at: offset, count: MemoryLayout<Number>.size)
    guard bytes.count == MemoryLayout<Number>.size else { return nil }
    return HeaderReader.number(bytes[...], isBigEndian: isBigEndian)
  }

  /// The same of bytes that were read.
  static func number<Number: FixedWidthInteger & UnsignedInteger>(
    _ bytes: ArraySlice<UInt8>, isBigEndian: Bool
  ) -> Number {
    let digits = isBigEndian ? Array(bytes) : bytes.reversed()
    return digits.reduce(0) { $0 << 8 | Number($1) }
  }

  /// The bytes of a number.
  static func bytes<Number: FixedWidthInteger>(_ number: Number, isBigEndian: Bool) -> [UInt8] {
    withUnsafeBytes(of: isBigEndian ? number.bigEndian : number.littleEndian) { Array($0) }
  }

  /// Four bytes as text; nil when they are not all printable.
  func name(_ offset: Int) throws(AudioFault) -> String? {
    let bytes = try sound.bytes(at: offset, count: 4)
    guard bytes.count == 4, bytes.allSatisfy({ (0x20..<0x7f).contains($0) }) else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Whether a tag, or a chunk whose size of 64 bits fits, stands at an offset, behind the sound.
  func isFollowed(at offset: Int, sizeAt sizeOffset: Int) throws(AudioFault) -> Bool {
    if try Tags.stand(at: offset, in: sound) { return true }
    guard try name(offset) != nil, let size: UInt64 = try number(offset + sizeOffset) else { return false }
    return size <= UInt64(sound.count - offset)
  }

  /// What is wrong with a header.
  func damaged(_ format: String, _ problem: String) -> AudioFault {
    .damaged(name: sound.name, format: format, problem: problem)
  }
}
