/// CAF (Apple's): chunks with sizes of 64 bits.
enum CAFHeader {
  private static let headSize = 12
  /// Bytes in front of the samples that count edits.
  private static let editCountSize = 4

  /// What the header says of the samples.
  static func container(_ sound: SoundBytes, start: Int) throws(AudioFault) -> SoundContainer {
    let reader = HeaderReader(sound: sound, isBigEndian: true)
    var offset = start + 8
    var kept: [String: [UInt8]] = [:]
    var data: (stated: StatedSize, sound: Range<Int>)?
    for _ in 0..<HeaderReader.mostChunks {
      guard let name = try reader.name(offset), let size: UInt64 = try reader.number(offset + 4) else { break }
      let content = offset + headSize
      if name == "data" {
        guard data == nil else { throw reader.damaged("CAF", "it has two chunks 'data'") }
        // A size of -1: up to the end of the file.
        let isUnknown = StatedSize.isUnknown(size) || size < UInt64(editCountSize)
        data = try StatedSize.resolve(
          isUnknown ? nil : size - UInt64(editCountSize), start: content + editCountSize, in: sound,
          follows: { offset throws(AudioFault) in try reader.isFollowed(at: offset, sizeAt: 4) })
      } else if name == "desc" || name == "kuki" || name == "pakt" {
        guard size <= UInt64(sound.count - content), size <= UInt64(mostTableBytes) else {
          throw reader.damaged("CAF", "its chunk '\(name)' of \(size) bytes is not whole")
        }
        let bytes = try sound.bytes(at: content, count: Int(size))
        guard kept[name] == nil else { throw reader.damaged("CAF", "it has two chunks '\(name)'") }
        kept[name] = bytes
      }
      // The table of packets may stand behind the samples.
      let end = data.map { name == "data" ? $0.sound.upperBound : nil } ?? nil
      guard size <= UInt64(max(0, sound.count - content)) || end != nil else { break }
      offset = end ?? content + Int(size)
    }
    guard let description = kept["desc"], description.count >= 32 else {
      throw reader.damaged("CAF", "it has no format")
    }
    guard let data else { throw reader.damaged("CAF", "it has no samples") }
    let chunks = ["desc", "kuki", "pakt"].flatMap { name -> [UInt8] in
      guard let bytes = kept[name] else { return [] }
      return Array(name.utf8) + HeaderReader.bytes(UInt64(bytes.count), isBigEndian: true) + bytes
    }
    let header =
      Array("caff".utf8) + [0, 1, 0, 0] + chunks + Array("data".utf8)
      + HeaderReader.bytes(UInt64(data.sound.count + editCountSize), isBigEndian: true) + [0, 0, 0, 0]
    let code = String(decoding: description[8..<12], as: UTF8.self)
    let isNamed = codecs[code] != nil
    return SoundContainer(
      name: "CAF", codec: code == "lpcm" ? nil : codecs[code] ?? "the encoding '\(code)'", header: header,
      sound: data.sound, stated: data.stated,
      byteRate: byteRate(description),
      isKnownCodec: ["alac", "ulaw", "alaw"].contains(code), remedy: isNamed ? .ffmpeg : .maybeFFmpeg)
  }

  /// Tables of packets grow with the sound: 16 MiB are days of it.
  private static let mostTableBytes = 1 << 24

  private static let codecs = [
    "lpcm": "samples without compression", "alac": "ALAC (Apple Lossless)", "aac ": "AAC", "aach": "AAC", "aacp": "AAC",
    "opus": "Opus", "ulaw": "mu-law", "alaw": "A-law", "ima4": "IMA ADPCM", ".mp1": "MPEG layer 1",
    ".mp2": "MPEG layer 2", ".mp3": "MPEG layer 3",
  ]

  private static func byteRate(_ description: [UInt8]) -> Double {
    func field(_ offset: Int) -> UInt32 {
      HeaderReader.number(description[offset..<offset + 4], isBigEndian: true)
    }
    let rate = Double(bitPattern: HeaderReader.number(description[0..<8], isBigEndian: true))
    return rate * Double(field(24)) * max(1, Double(field(28)) / 8)
  }
}
