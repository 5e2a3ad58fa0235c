import CSndFile

/// Which of the formats that libsndfile knows are read.
///
/// Those that sound is kept in today, and those of old speech corpora. What libsndfile knows beside them are formats of
/// samplers, trackers, editors and numerical programs, in which most of its memory faults were found (in MAT4, MAT5, PAF,
/// SD2, XI, AVR, VOC and others) and in which speech is not kept. Which one a file is must be known before libsndfile
/// opens it, since opening it parses the header.
enum ContainerFormat {
  /// Where the sound of a file begins, and what is known of its end.
  struct Extent {
    /// Offset of the first byte behind ID3 tags. libsndfile skips such tags too, but only in files that it opens itself.
    var start = 0
    /// Whether the sound goes on behind the last byte, as far as that can be seen without libsndfile.
    var lacksEnd = false
  }

  /// Looks at a file before libsndfile does. Throws when it begins like no format that is read, or is damaged in a way
  /// that libsndfile does not withstand.
  ///
  /// - Parameters:
  ///   - isWhole: Whether the file ends where the bytes end.
  ///   - bytes: Gives the bytes from an offset on, as many as wanted or as there are.
  static func extent(
    name: String, isWhole: Bool = true, bytes: (_ offset: Int, _ count: Int) throws(AudioFault) -> [UInt8]
  ) throws(AudioFault) -> Extent {
    var offset = 0
    for _ in 0...mostTags {
      let start = try bytes(offset, 12)
      guard start.starts(with: "ID3".utf8), start.count >= 10 else {
        if start.starts(with: "OggS".utf8) {
          let hasEnd = try OggPages.check(name: name, from: offset, isWhole: isWhole, bytes: bytes)
          return Extent(start: offset, lacksEnd: !hasEnd)
        }
        if isRead(start) { return Extent(start: offset) }
        if let format = refusedName(start) { throw .refusedFormat(name: name, format: format) }
        throw .unknownFormat(name: name, reason: "its first bytes are those of another format")
      }
      offset += 10 + start[6..<10].reduce(0) { $0 << 7 | Int($1 & 0x7f) }
    }
    throw .unknownFormat(name: name, reason: "more than \(mostTags) ID3 tags")
  }

  /// Whether a file that libsndfile has opened is of a format that is read.
  static func isRead(_ format: Int) -> Bool {
    [
      SF_FORMAT_WAV, SF_FORMAT_WAVEX, SF_FORMAT_RF64, SF_FORMAT_W64, SF_FORMAT_AIFF, SF_FORMAT_AU, SF_FORMAT_CAF,
      SF_FORMAT_FLAC, SF_FORMAT_OGG, SF_FORMAT_MPEG, SF_FORMAT_NIST,
    ].contains(format & SF_FORMAT_TYPEMASK)
  }

  private static let mostTags = 8

  private static func isRead(_ start: [UInt8]) -> Bool {
    guard start.count == 12 else { return false }
    func has(_ text: String, at offset: Int = 0) -> Bool { start[offset...].starts(with: text.utf8) }
    if has("RIFF") || has("RIFX") || has("RF64") { return has("WAVE", at: 8) }
    if has("FORM") { return has("AIFF", at: 8) || has("AIFC", at: 8) }
    // The synchronisation of an MPEG frame is eleven bits.
    if start[0] == 0xff && start[1] & 0xe0 == 0xe0 { return true }
    return ["riff", ".snd", "dns.", "caff", "fLaC", "NIST"].contains { has($0) }
  }

  /// The name of a format that libsndfile knows and that is not read; nil for anything else.
  private static func refusedName(_ start: [UInt8]) -> String? {
    if start.starts(with: "FORM".utf8) {
      return ["8SVX", "16SV"].contains { start.dropFirst(8).starts(with: $0.utf8) } ? "IFF (Amiga)" : nil
    }
    return refused.first { start.starts(with: $0.start) }?.name
  }

  private static let refused: [(start: [UInt8], name: String)] = [
    (Array("Creative".utf8), "VOC (Creative Labs)"), (Array("MATLAB 5".utf8), "MAT5 (Matlab)"),
    ([0, 0, 0x03, 0xe8, 0, 0, 0, 1], "MAT4 (Matlab)"), ([0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0], "MAT4 (Matlab)"),
    (Array(" paf".utf8), "PAF (Ensoniq PARIS)"), (Array("fap ".utf8), "PAF (Ensoniq PARIS)"),
    (Array("Extended Ins".utf8), "XI (FastTracker 2)"), (Array("2BIT".utf8), "AVR (Audio Visual Research)"),
    (Array("PVF1".utf8), "PVF (Portable Voice Format)"), (Array("ALawSoundFil".utf8), "WVE (Psion Series 3)"),
    ([0x64, 0xa3], "SF (IRCAM)"), ([0, 0x01, 0xa3, 0x64], "SF (IRCAM)"), ([0, 0x02, 0xa3, 0x64], "SF (IRCAM)"),
    ([0xf0, 0x7e], "SDS (MIDI sample dump)"), ([1, 4], "MPC (Akai MPC 2000)"),
  ]
}
