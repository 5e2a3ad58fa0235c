/// Reads bytes from front to back, and never beyond their end: what is not there is nil.
struct ByteReader {
  private let bytes: [UInt8]
  /// Offset in `bytes` of the first byte after the part that may be read.
  let end: Int
  /// Offset in `bytes` of the next byte; never beyond `end`.
  private(set) var position: Int

  /// A reader of `range`, which is cut to what `bytes` has; nil for all of it.
  init(_ bytes: [UInt8], in range: Range<Int>? = nil) {
    self.bytes = bytes
    let range = (range ?? 0..<bytes.count).clamped(to: 0..<bytes.count)
    position = range.lowerBound
    end = range.upperBound
  }

  /// Bytes that are left.
  var remaining: Int { end - position }

  /// The next byte.
  mutating func byte() -> UInt8? {
    guard position < end else { return nil }
    defer { position += 1 }
    return bytes[position]
  }

  /// The next bytes as a little-endian integer.
  mutating func integer<Integer: FixedWidthInteger>(_ type: Integer.Type = Integer.self) -> Integer? {
    guard let range = take(MemoryLayout<Integer>.size) else { return nil }
    return bytes.withUnsafeBytes {
      Integer(littleEndian: $0.loadUnaligned(fromByteOffset: range.lowerBound, as: Integer.self))
    }
  }

  /// The place of the next `count` bytes, which are skipped.
  mutating func take(_ count: Int) -> Range<Int>? {
    guard count >= 0, count <= remaining else { return nil }
    defer { position += count }
    return position..<position + count
  }

  /// The place of the bytes up to the next line feed, which is skipped too.
  mutating func line() -> Range<Int>? {
    guard let length = bytes[position..<end].firstIndex(of: UInt8(ascii: "\n")).map({ $0 - position }),
      let range = take(length), take(1) != nil
    else { return nil }
    return range
  }

  /// The next `count` bytes as UTF-8; what is not UTF-8 is replaced by U+FFFD, as Python lets lone surrogates pass.
  mutating func text(_ count: Int) -> String? {
    take(count).map { String(decoding: bytes[$0], as: UTF8.self) }
  }

  /// The bytes of a range that this reader gave.
  subscript(range: Range<Int>) -> ArraySlice<UInt8> { bytes[range] }
}
