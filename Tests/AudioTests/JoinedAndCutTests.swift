import LHAudio
import LHSystem
import LHTestSupport
import Testing

/// What people's programs make of files by joining, cutting and filling them: nothing is lost without a word.
@Suite struct JoinedAndCutTests {
  private static let original = 37_423

  private func bytes(_ file: String) -> [UInt8] { readBytes(RealSoundCase.folder + file) }

  private func read(
    _ bytes: [UInt8], allowsTruncated: Bool = false, sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> Recording {
    try withTemporaryFolder { folder in
      writeBytes(bytes, to: folder + "/sound")
      return try Recording(of: .file(path: folder + "/sound"), RecordingOptions(allowsTruncated: allowsTruncated))
    }
  }

  private func notes(_ bytes: [UInt8]) throws -> String {
    try read(bytes).remarks.map(\.description).joined(separator: "\n")
  }

  /// The fault of a file that has less than it states; `--allow-truncated` takes it with a note.
  private func expectCut(_ bytes: [UInt8], count: ClosedRange<Int>, words: String = "") throws {
    do {
      let recording = try read(bytes)
      Issue.record("read, \(recording.samples.count) samples: \(recording.remarks)")
    } catch let fault as AudioFault {
      guard case .cutShort = fault else {
        Issue.record("\(fault)")
        return
      }
      #expect(fault.description.contains("--allow-truncated") && fault.description.contains(words), "\(fault)")
    }
    let part = try read(bytes, allowsTruncated: true)
    #expect(count.contains(part.samples.count), "\(part.samples.count)")
    #expect(part.remarks.contains { if case .cutShort = $0 { true } else { false } })
  }

  private static let id3v1 = Array("TAG".utf8) + [UInt8](repeating: 0x20, count: 125)
  private static let id3v2 = Array("ID3".utf8) + [4, 0, 0, 0, 0, 0, 20] + [UInt8](repeating: 0, count: 20)
  private static let ape =
    Array("APETAGEX".utf8) + [0xd0, 7, 0, 0, 32, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80] + [UInt8](repeating: 0, count: 8)

  // MARK: Joined

  @Test(arguments: [[], id3v1, id3v2, ape, id3v1 + id3v2])
  func `Joined FLAC files are read, with tags between them`(tag: [UInt8]) throws {
    let flac = Array(bytes("flac-id3v1-at-end.flac").dropLast(128))
    let recording = try read(flac + tag + flac)
    #expect(recording.samples.count == 2 * Self.original && recording.remarks.isEmpty)
    #expect(recording.samples[..<Self.original].elementsEqual(recording.samples[Self.original...]))
    try expectCut(flac + tag + flac.dropLast(10_000), count: Self.original...2 * Self.original - 4_096)
  }

  @Test func `Frames of FLAC that were put behind those of another file are read`() throws {
    let flac = Array(bytes("flac-id3v1-at-end.flac").dropLast(128))
    let frames = try #require((42..<flac.count).first { flac[$0...].starts(with: [0xff, 0xf8]) })
    let recording = try read(flac + flac[frames...])
    #expect(recording.samples.count == 2 * Self.original)
    #expect(recording.remarks.contains { if case .longerThanStated = $0 { true } else { false } })
  }

  @Test func `A WAV file behind another is told of`() throws {
    let wav = bytes("truth16.wav")
    #expect(try read(wav + wav).samples.count == Self.original)
    #expect(try notes(wav + wav).contains("another sound"))
    let list = Array("LIST".utf8) + [4, 0, 0, 0] + Array("INFO".utf8)
    #expect(try notes(wav + list).isEmpty)
    #expect(try notes(wav + list + wav).contains("another sound"))
  }

  @Test func `MP3 files that were joined state what both have`() throws {
    let (whole, half) = (bytes("vbr-xing.mp3"), bytes("partial-download-xing.mp3"))
    #expect(try read(whole + whole).samples.count > 2 * Self.original)
    // The frame that is cut takes the beginning of the second file, with what that states, for its own rest.
    #expect(try notes(half + whole).contains("are none, and were skipped"))
    try expectCut(whole + half, count: Self.original...Self.original + 20_000)
  }

  @Test func `Links of a chain whose pages are lost, or which lack their end, are told of`() throws {
    let opus = bytes("opusenc.opus")
    let last = try #require((0..<opus.count - 4).last { opus[$0...].starts(with: Array("OggS".utf8)) })
    #expect(try notes(Array(opus[..<last]) + bytes("opus-remuxed-from-webm.opus")).contains("does not say"))
    #expect(try notes(opus + [UInt8](repeating: 0x55, count: 1_000)).contains("1000 bytes"))
    try expectCut(opus + bytes("speex.spx"), count: Self.original...Self.original + 1, words: "Speex")
  }

  // MARK: Cut, and filled

  @Test func `Bytes of MP3 that are no frames are counted`() throws {
    let mp3 = bytes("vbr-no-xing.mp3")
    var hole = mp3
    for index in 12_000..<18_000 { hole[index] = 0 }
    #expect(try notes(hole).contains("are none, and were skipped"))
    let tail = Array(mp3[..<16_000]) + [UInt8](repeating: 0, count: 16_000)
    #expect(try notes(tail).contains("are none, and were skipped"))
    #expect(try !notes(mp3).contains("skipped") && !notes(mp3 + Self.id3v1).contains("skipped"))
  }

  @Test func `MP3 in WAV that is cut is an error, as all WAV`() throws {
    let wav = bytes("mp3-in-wav.wav")
    try expectCut(Array(wav[..<(wav.count / 2)]), count: 10_000...25_000)
    for size in [1, 100, 20_000] { try expectCut(Array(bytes("truth16.wav").dropLast(size)), count: 27_000...37_422) }
  }

  @Test(arguments: [0, 0xff] as [UInt8])
  func `A count of frames that nobody filled in is no promise`(digit: UInt8) throws {
    var mp3 = bytes("vbr-xing.mp3")
    let tag = try #require((0..<200).first { mp3[$0...].starts(with: Array("Xing".utf8)) })
    for index in tag + 8..<tag + 12 { mp3[index] = digit }
    #expect(try notes(mp3).contains("does not state its length"))
    var flac = bytes("flac-id3v1-at-end.flac")
    flac[21] = flac[21] & 0xf0 | digit & 15
    for index in 22..<26 { flac[index] = digit }
    #expect(try read(flac).remarks == [.unstatedLength(seconds: Double(Self.original) / 16_000)])
  }

  @Test func `More than a header states is read to the end`() throws {
    var wav = bytes("truth16.wav")
    for (index, byte) in [0x10, 0x27, 0, 0].enumerated() { wav[40 + index] = UInt8(byte) }
    let recording = try read(wav)
    #expect(recording.samples.count == Self.original)
    #expect(recording.remarks == [.longerThanStated(seconds: Double(Self.original) / 16_000, stated: 0.3125)])
  }

  @Test func `Samples of AIFF may stand before their format`() throws {
    let wav = bytes("truth16.wav")[44...]
    let common: [UInt8] = [0, 1, 0, 0, 0x92, 0x2f, 0, 16, 0x40, 0x0c, 0xfa, 0, 0, 0, 0, 0, 0, 0]
    func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
      Array(name.utf8) + withUnsafeBytes(of: UInt32(content.count).bigEndian) { Array($0) } + content
    }
    let samples = stride(from: wav.startIndex, to: wav.endIndex, by: 2).flatMap { [wav[$0 + 1], wav[$0]] }
    let chunks = chunk("SSND", [0, 0, 0, 0, 0, 0, 0, 0] + samples) + chunk("COMM", common)
    let recording = try read(chunk("FORM", Array("AIFF".utf8) + chunks))
    let expected = try read(bytes("truth16.wav"))
    #expect(recording.samples == expected.samples && recording.remarks.isEmpty)
  }
}
