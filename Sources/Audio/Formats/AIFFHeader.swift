/// AIFF, and AIFC, which names an encoding.
enum AIFFHeader {
  /// What the header says of the samples.
  static func container(_ sound: SoundBytes, start: Int) throws(AudioFault) -> SoundContainer {
    let reader = HeaderReader(sound: sound, isBigEndian: true)
    let form = try sound.bytes(at: start + 8, count: 4)
    let name = form == Array("AIFC".utf8) ? "AIFC" : "AIFF"
    var chunks = Chunks(reader, from: start + 12)
    var common: [UInt8] = []
    var samples: Chunks.Chunk?
    while common.isEmpty || samples == nil, let chunk = try chunks.next() {
      switch chunk.name {
      case "COMM":
        common = try chunks.content(chunk, format: name)
        guard common.count >= (name == "AIFC" ? 22 : 18) else {
          throw reader.damaged(name, "its format is \(common.count) bytes long, which is too short")
        }
      case "SSND": samples = chunk
      default: break
      }
    }
    guard !common.isEmpty else { throw reader.damaged(name, "it has no format") }
    guard let samples, let offset: UInt32 = try reader.number(samples.start) else {
      throw reader.damaged(name, "it has no samples")
    }
    let head = 8 + Int(offset)
    let isUnknown = StatedSize.isUnknown(samples.size) || Int(samples.size) < head
    let (stated, range) = try StatedSize.resolve(
      isUnknown ? nil : UInt64(Int(samples.size) - head), start: samples.start + head, in: sound,
      follows: { offset throws(AudioFault) in try Chunks.follow(at: offset, reader) })
    let codec = codec(common)
    return SoundContainer(
      name: name, codec: codec?.name, header: header(form, common, size: range.count), sound: range, stated: stated,
      byteRate: byteRate(common), isKnownCodec: codec?.isKnown ?? false,
      remedy: codec?.isKnown ?? true ? .ffmpeg : .maybeFFmpeg,
      followingCount: try Chunks.another(behind: range.upperBound, reader))
  }

  /// The header that libsndfile gets.
  private static func header(_ form: [UInt8], _ common: [UInt8], size: Int) -> [UInt8] {
    let chunk = Chunks.bytes("COMM", common, isBigEndian: true)
    func number(_ size: Int) -> [UInt8] { HeaderReader.bytes(UInt32(clamping: size), isBigEndian: true) }
    return Array("FORM".utf8) + number(4 + chunk.count + 16 + size) + form + chunk + Array("SSND".utf8)
      + number(8 + size) + [UInt8](repeating: 0, count: 8)
  }

  /// The encoding of AIFC, and whether libsndfile decodes it; nil for plain samples.
  private static func codec(_ common: [UInt8]) -> (name: String, isKnown: Bool)? {
    guard common.count >= 22 else { return nil }
    let code = String(decoding: common[18..<22], as: UTF8.self)
    let plain = ["NONE", "sowt", "twos", "raw ", "in24", "in32", "fl32", "FL32", "fl64", "FL64"]
    let names = [
      "ulaw": "mu-law", "ULAW": "mu-law", "alaw": "A-law", "ALAW": "A-law", "ima4": "IMA ADPCM", "GSM ": "GSM",
    ]
    if plain.contains(code) { return nil }
    return names[code].map { ($0, true) } ?? ("the encoding '\(code)'", false)
  }

  /// The sampling rate is a number of 80 bits.
  private static func byteRate(_ common: [UInt8]) -> Double {
    let channels: UInt16 = HeaderReader.number(common[0..<2], isBigEndian: true)
    let bits: UInt16 = HeaderReader.number(common[6..<8], isBigEndian: true)
    let exponent: UInt16 = HeaderReader.number(common[8..<10], isBigEndian: true)
    let mantissa: UInt64 = HeaderReader.number(common[10..<18], isBigEndian: true)
    let rate = Double(sign: .plus, exponent: Int(exponent & 0x7fff) - 16_383 - 63, significand: Double(mantissa))
    return rate * Double(channels) * max(1, Double(bits) / 8)
  }
}
