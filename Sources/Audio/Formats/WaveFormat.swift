/// The chunk "fmt " of WAV and Wave64: how samples are encoded.
struct WaveFormat {
  /// As it stands in the file.
  let bytes: [UInt8]
  /// Bytes of a second, from the fields that say how samples lie.
  let byteRate: Double
  private let tag: UInt16
  private let sampleBits: UInt16

  init(_ bytes: [UInt8], isBigEndian: Bool, name: String) throws(AudioFault) {
    guard bytes.count >= 16 else {
      throw .damaged(name: name, format: "WAV", problem: "its format is \(bytes.count) bytes long, expected 16 or more")
    }
    func field(_ offset: Int) -> UInt16 { HeaderReader.number(bytes[offset..<offset + 2], isBigEndian: isBigEndian) }
    let rate: UInt32 = HeaderReader.number(bytes[4..<8], isBigEndian: isBigEndian)
    self.bytes = bytes
    // An extensible format's own tag stands in front of the rest of a GUID.
    tag = field(0) == 0xfffe && bytes.count >= 26 ? field(24) : field(0)
    sampleBits = field(14)
    byteRate = Double(rate) * Double(field(2)) * max(1, Double(field(14)) / 8)
  }

  /// Layers I to III in frames of their own, which need no header.
  var isMPEG: Bool { tag == 0x50 || tag == 0x55 }

  /// Whether libsndfile decodes it.
  var isKnown: Bool { [0x02, 0x06, 0x07, 0x11, 0x31, 0x38, 0x40].contains(tag) }

  /// What to do where libsndfile does not: ffmpeg decodes some in any WAV file.
  var remedy: AudioFault.Remedy {
    let decoded: [UInt16] = [
      0x02, 0x11, 0x14, 0x20, 0x22, 0x31, 0x42, 0x45, 0x50, 0x55, 0x61, 0x62, 0x64, 0x65, 0x83, 0x160, 0x161, 0x162,
      0x163,
      0x270, 0x2000, 0x2001,
    ]
    return decoded.contains(tag) ? .ffmpeg : .maybeFFmpeg
  }

  /// The encoding in the words of people; nil for plain samples.
  var codec: String? {
    if tag == 1 || tag == 3 { return nil }
    let digits = String(tag, radix: 16)
    let number = "format tag 0x" + String(repeating: "0", count: 4 - digits.count) + digits
    return WaveFormat.codecs[tag].map { "\($0) (\(number))" } ?? number
  }

  private static let codecs: [UInt16: String] = [
    0x02: "Microsoft ADPCM", 0x06: "A-law", 0x07: "mu-law", 0x08: "DTS", 0x0a: "Windows Media Voice",
    0x10: "OKI ADPCM", 0x11: "IMA ADPCM", 0x14: "G.723 ADPCM", 0x15: "DIGISTD", 0x16: "DIGIFIX", 0x17: "Dialogic ADPCM",
    0x20: "Yamaha ADPCM", 0x22: "TrueSpeech", 0x30: "AC-2", 0x31: "GSM 6.10", 0x38: "NMS ADPCM", 0x40: "G.721 ADPCM",
    0x42: "G.723.1", 0x45: "G.726 ADPCM", 0x50: "MPEG layer II", 0x55: "MP3", 0x57: "AMR", 0x58: "AMR-WB",
    0x59: "G.722.1", 0x61: "DK4 ADPCM", 0x62: "DK3 ADPCM", 0x64: "G.726 ADPCM", 0x65: "G.722 ADPCM",
    0x70: "Lernout & Hauspie",
    0x75: "Voxware", 0x83: "G.729", 0x85: "DSS", 0x92: "AC-3", 0xff: "AAC", 0x111: "Vivo G.723", 0x112: "Vivo Siren",
    0x130: "Sipro ACELP", 0x160: "Windows Media Audio 1", 0x161: "Windows Media Audio",
    0x162: "Windows Media Audio Pro",
    0x163: "Windows Media Audio Lossless", 0x200: "Creative ADPCM", 0x270: "ATRAC3", 0x401: "Intel Music Coder",
    0x1500: "GSM AMR", 0x1600: "AAC", 0x1602: "AAC", 0x1610: "AAC", 0x2000: "AC-3", 0x2001: "DTS", 0x28f5: "ADPCM",
    0x566f: "Vorbis", 0x674f: "Vorbis", 0x6750: "Vorbis", 0x6751: "Vorbis", 0x704f: "Opus", 0xa106: "AAC",
    0xa109: "Speex",
    0xf1ac: "FLAC",
  ]
}
