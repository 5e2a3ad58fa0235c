/// NIST SPHERE: a header of text, mostly of 1,024 bytes, in which each line has a name, a type and a value.
enum SphereHeader {
  private static let mostBytes = 1 << 16

  /// What the header says of the samples.
  static func container(_ sound: SoundBytes, start: Int) throws(AudioFault) -> SoundContainer {
    let first = try sound.bytes(at: start, count: 16)
    let sizeText = String(decoding: first.dropFirst(8).prefix { $0 != 10 }, as: UTF8.self)
    guard first.count == 16, let size = Int(sizeText.filter { $0 != " " }), (17...mostBytes).contains(size),
      start + size <= sound.count
    else { throw .damaged(name: sound.name, format: "NIST SPHERE", problem: "its header is not whole") }
    let header = try sound.bytes(at: start, count: size)
    let fields = fields(header)
    let coding = fields["sample_coding"] ?? "pcm"
    let channels = fields["channel_count"].flatMap { Int($0) } ?? 1
    let sampleSize = fields["sample_n_bytes"].flatMap { Int($0) } ?? 2
    guard (1...1024).contains(channels), (1...8).contains(sampleSize) else {
      throw .damaged(
        name: sound.name, format: "NIST SPHERE",
        problem: "it has \(channels) channels of \(sampleSize) bytes a sample, expected 1 to 1024 of 1 to 8")
    }
    let frames = fields["sample_count"].flatMap { Int($0) }
    let (product, overflow) = (frames ?? 0).multipliedReportingOverflow(by: channels * sampleSize)
    // Without a count the samples go to the end of the file.
    let isKnown = (frames ?? -1) >= 0 && coding.allSatisfy { $0 != "," }
    let (stated, range) = try StatedSize.resolve(
      isKnown ? UInt64(overflow ? .max : product) : nil, start: start + size, in: sound,
      follows: { offset throws(AudioFault) in try Tags.stand(at: offset, in: sound) })
    let rate = fields["sample_rate"].flatMap { Double($0) } ?? 16_000
    return SoundContainer(
      name: "NIST SPHERE", codec: ["pcm", "ulaw", "alaw", "mu-law"].contains(coding) ? nil : "the coding \(coding)",
      header: header, sound: range, stated: stated, byteRate: rate * Double(channels) * 4,
      remedy: .advice("convert it to WAV with sph2pipe -f wav"))
  }

  private static func fields(_ header: [UInt8]) -> [Substring: String] {
    var fields: [Substring: String] = [:]
    for line in String(decoding: header, as: UTF8.self).split(separator: "\n") {
      let words = line.split(separator: " ", maxSplits: 2)
      if words.first == "end_head" { break }
      if words.count == 3, words[1].hasPrefix("-") {
        fields[words[0]] = String(words[2].prefix { $0 != " " && $0 != "\r" })
      }
    }
    return fields
  }
}
