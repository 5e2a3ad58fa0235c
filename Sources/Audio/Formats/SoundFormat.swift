/// What a sound is, by its first bytes, and where it begins.
///
/// Which decoder a sound needs must be known before one opens it, since opening parses the header. Those formats are
/// read that sound is kept in today, and those of old speech corpora. What libsndfile knows beside them are formats of
/// samplers, trackers, editors and numerical programs, in which most of its memory faults were found (in MAT4, MAT5,
/// PAF, SD2, XI, AVR, VOC and others) and in which speech is not kept.
struct SoundFormat {
  /// A format that is read.
  enum Kind {
    case wave, wave64, aiff, au, caf, sphere
    case flac, ogg, mpeg
  }

  let kind: Kind
  /// Offset of the first byte behind what stands in front of the sound: tags, and for MPEG anything that is no frame.
  let start: Int

  /// Looks at the first bytes. Throws when they are those of no format that is read.
  static func identify(_ sound: SoundBytes) throws(AudioFault) -> SoundFormat {
    let start = try Tags.end(sound)
    let first = try sound.bytes(at: start, count: ForeignFormat.signatureLength)
    if let kind = kind(first) { return SoundFormat(kind: kind, start: start) }
    if let foreign = ForeignFormat(first) {
      throw .foreignFormat(name: sound.name, format: foreign.name, remedy: foreign.remedy)
    }
    if let page = try OggPageReader.search(sound, from: start) { return SoundFormat(kind: .ogg, start: page) }
    // Junk in front, or a recording of a stream that begins amid a frame.
    if let frame = try MPEGFrame.search(sound, from: start) { return SoundFormat(kind: .mpeg, start: frame) }
    throw .unknownFormat(name: sound.name, start: ForeignFormat.description(of: first))
  }

  /// Where the samples lie, if this is a container whose header states that; nil where only a decoder knows.
  func container(of sound: SoundBytes) throws(AudioFault) -> SoundContainer? {
    switch kind {
    case .wave: try WaveHeader.container(sound, start: start)
    case .wave64: try Wave64Header.container(sound, start: start)
    case .aiff: try AIFFHeader.container(sound, start: start)
    case .au: try AUHeader.container(sound, start: start)
    case .caf: try CAFHeader.container(sound, start: start)
    case .sphere: try SphereHeader.container(sound, start: start)
    case .flac, .ogg, .mpeg: nil
    }
  }

  private static func kind(_ first: [UInt8]) -> Kind? {
    func has(_ text: String, at offset: Int = 0) -> Bool { first.dropFirst(offset).starts(with: text.utf8) }
    if ["RIFF", "RIFX", "RF64", "BW64"].contains(where: { has($0) }) { return has("WAVE", at: 8) ? .wave : nil }
    if has("FORM") { return has("AIFF", at: 8) || has("AIFC", at: 8) ? .aiff : nil }
    if first.starts(with: Wave64Header.signature) { return .wave64 }
    if has(".snd") || has("dns.") { return .au }
    if has("caff") { return .caf }
    if has("NIST_1A") { return .sphere }
    if has("fLaC") { return .flac }
    if has("OggS") { return .ogg }
    return MPEGFrame(first[...]) == nil ? nil : .mpeg
  }
}
