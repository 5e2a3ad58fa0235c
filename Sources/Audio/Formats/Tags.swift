/// Tags that people's programs put in front of sounds, between them and behind them.
enum Tags {
  private static let most = 32
  private static let sizeOfID3v1 = 128
  private static let sizeOfAPE = 32

  /// Offset of the first byte behind ID3 tags in front.
  static func end(_ sound: SoundBytes) throws(AudioFault) -> Int {
    var offset = 0
    for _ in 0...most {
      let start = try sound.bytes(at: offset, count: 10)
      guard start.starts(with: "ID3".utf8), start.count == 10 else { return offset }
      offset += sizeOfID3(start)
    }
    throw .damaged(name: sound.name, format: "a sound", problem: "more than \(most) ID3 tags stand in front of it")
  }

  /// Offset of the first byte behind tags of any kind.
  static func skip(at offset: Int, in sound: SoundBytes) throws(AudioFault) -> Int {
    var offset = offset
    for _ in 0..<most {
      let start = try sound.bytes(at: offset, count: sizeOfAPE)
      if start.starts(with: "ID3".utf8), start.count >= 10 {
        offset += sizeOfID3(start)
      } else if start.starts(with: "TAG".utf8) {
        offset += sizeOfID3v1
      } else if start.starts(with: "APETAGEX".utf8), start.count == sizeOfAPE {
        // The size counts the footer and not the header, which this is when a bit says so.
        let size: UInt32 = HeaderReader.number(start[12..<16], isBigEndian: false)
        offset += start[23] & 0x20 != 0 ? sizeOfAPE + Int(size) : sizeOfAPE
      } else {
        return offset
      }
    }
    return offset
  }

  /// Whether bytes behind a sound are a tag (ID3, APE, Lyrics3), or too few to be sound, such as a line feed.
  static func stand(at offset: Int, in sound: SoundBytes) throws(AudioFault) -> Bool {
    if sound.count - offset < 16 { return true }
    let bytes = try sound.bytes(at: offset, count: 11)
    if try isBeforeAPE(offset, in: sound) { return true }
    return ["TAG", "ID3", "3DI", "APETAGEX", "LYRICSBEGIN"].contains { bytes.starts(with: $0.utf8) }
  }

  /// Whether all behind an offset is an APE tag without a header, of which only a footer tells, and perhaps an ID3 tag.
  private static func isBeforeAPE(_ offset: Int, in sound: SoundBytes) throws(AudioFault) -> Bool {
    for end in [sound.count, sound.count - sizeOfID3v1] where end - sizeOfAPE >= offset {
      let footer = try sound.bytes(at: end - sizeOfAPE, count: sizeOfAPE)
      guard footer.starts(with: "APETAGEX".utf8) else { continue }
      let size: UInt32 = HeaderReader.number(footer[12..<16], isBigEndian: false)
      if end - Int(size) <= offset { return true }
    }
    return false
  }

  /// Bytes of an ID3 tag of version 2: a size of four times seven bits, and a footer, in version 4, that is not
  /// counted.
  private static func sizeOfID3(_ start: [UInt8]) -> Int {
    10 + start[6..<10].reduce(0) { $0 << 7 | Int($1 & 0x7f) } + (start[5] & 0x10 == 0 ? 0 : 10)
  }
}
