/// AU (Sun's and NeXT's); "dns." begins the form with little-endian numbers.
enum AUHeader {
  private static let shortest = 24

  /// What the header says of the samples.
  static func container(_ sound: SoundBytes, start: Int) throws(AudioFault) -> SoundContainer {
    let first = try sound.bytes(at: start, count: shortest)
    guard first.count == shortest else {
      throw .damaged(name: sound.name, format: "AU", problem: "its header is not whole")
    }
    let isBig = first[0] == UInt8(ascii: ".")
    func field(_ index: Int) -> UInt32 {
      HeaderReader.number(first[4 * index..<4 * index + 4], isBigEndian: isBig)
    }
    let (offset, size, encoding) = (Int(field(1)), field(2), field(3))
    guard offset >= shortest, start + offset <= sound.count else {
      throw .damaged(
        name: sound.name, format: "AU", problem: "its samples begin at byte \(offset) of \(sound.count - start)")
    }
    let (stated, range) = try StatedSize.resolve(
      StatedSize.isUnknown(size) ? nil : UInt64(size), start: start + offset, in: sound,
      follows: { offset throws(AudioFault) in try Tags.stand(at: offset, in: sound) })
    let header =
      first[..<4] + HeaderReader.bytes(UInt32(shortest), isBigEndian: isBig)
      + HeaderReader.bytes(UInt32(clamping: range.count), isBigEndian: isBig) + first[12...]
    return SoundContainer(
      name: "AU", codec: (2...7).contains(encoding) ? nil : "encoding \(encoding)", header: Array(header), sound: range,
      stated: stated, byteRate: Double(field(4)) * Double(field(5)) * 8)
  }
}
