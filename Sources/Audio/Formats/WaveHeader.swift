/// WAV: RIFF, RIFX with big-endian numbers, and RF64 (also called BW64), whose sizes of 64 bits stand in a chunk of
/// their own.
enum WaveHeader {
  /// What the header says of the samples.
  static func container(_ sound: SoundBytes, start: Int) throws(AudioFault) -> SoundContainer {
    let first = try sound.bytes(at: start, count: 4)
    let isBig = first == Array("RIFX".utf8)
    var chunks = Chunks(HeaderReader(sound: sound, isBigEndian: isBig), from: start + 12)
    var format: WaveFormat?
    var fact: [UInt8] = []
    var size64: UInt64?
    var data: Chunks.Chunk?
    // The samples stand behind the format, but not in all files.
    while format == nil || data == nil, let chunk = try chunks.next() {
      switch chunk.name {
      case "fmt ": format = try WaveFormat(chunks.content(chunk, format: "WAV"), isBigEndian: isBig, name: sound.name)
      case "fact": fact = try chunks.content(chunk, format: "WAV")
      case "ds64":
        let content = try chunks.content(chunk, format: "WAV (RF64)")
        guard content.count >= 24 else { throw chunks.reader.damaged("WAV (RF64)", "its sizes are not whole") }
        size64 = HeaderReader.number(content[8..<16], isBigEndian: false)
      case "data": data = chunk
      default: break
      }
    }
    let reader = chunks.reader
    guard let format else { throw reader.damaged("WAV", "it has no format") }
    guard let data else { throw reader.damaged("WAV", "it has no samples") }
    let size = size64 != nil && data.size == .max ? size64 ?? 0 : UInt64(data.size)
    let isUnknown = StatedSize.isUnknown(data.size) && (size64.map(StatedSize.isUnknown) ?? true)
    let (stated, range) = try StatedSize.resolve(
      isUnknown ? nil : size, start: data.start, in: sound,
      follows: { offset throws(AudioFault) in try Chunks.follow(at: offset, reader) })
    let following = try Chunks.another(behind: range.upperBound, reader)
    return SoundContainer(
      name: "WAV", codec: format.codec, header: header(format, fact: fact, size: range.count, isBigEndian: isBig),
      sound: range, stated: stated, byteRate: format.byteRate, isMPEG: format.isMPEG, isKnownCodec: format.isKnown,
      remedy: format.remedy, followingCount: following)
  }

  /// The header that libsndfile gets.
  private static func header(_ format: WaveFormat, fact: [UInt8], size: Int, isBigEndian: Bool) -> [UInt8] {
    let isLarge = size > Int(UInt32.max) - (1 << 20)
    var chunks = Chunks.bytes("fmt ", format.bytes, isBigEndian: isBigEndian)
    if !fact.isEmpty { chunks += Chunks.bytes("fact", fact, isBigEndian: isBigEndian) }
    let whole = 4 + chunks.count + (isLarge ? 36 : 0) + 8 + size
    if isLarge {
      let sizes = [UInt64(whole), UInt64(size), 0].flatMap { HeaderReader.bytes($0, isBigEndian: false) }
      chunks = Chunks.bytes("ds64", sizes + [0, 0, 0, 0], isBigEndian: false) + chunks
    }
    func number(_ size: Int) -> [UInt8] {
      HeaderReader.bytes(isLarge ? UInt32.max : UInt32(size), isBigEndian: isBigEndian)
    }
    return Array((isLarge ? "RF64" : isBigEndian ? "RIFX" : "RIFF").utf8) + number(whole) + Array("WAVE".utf8) + chunks
      + Array("data".utf8) + number(size)
  }
}
