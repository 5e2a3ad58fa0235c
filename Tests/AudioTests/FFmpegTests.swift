import Glibc
import LHAudio
import LHSystem
import LHTestSupport
import Testing

/// The system's ffmpeg.
@Suite(.enabled(if: FFmpeg.find() != nil, "there is no ffmpeg in PATH"))
struct FFmpegTests {
  private let program = FFmpeg.find() ?? ""
  private let speech = Fixture.path("golden/audio/speech-b.wav")

  /// The speech in another format, made by ffmpeg itself.
  private func encode(_ arguments: String, to path: String) throws {
    let line = "\"$1\" -nostdin -v error -y -i \"$2\" \(arguments) \"$3\""
    let result = runShell(line, [program, speech, path])
    try #require(result.status == 0, "\(result.errors)")
  }

  @Test(arguments: [
    ("-c:a pcm_s16le", "wav"), ("-c:a alac", "m4a"), ("-c:a alac", "caf"), ("-c:a flac", "mkv"), ("-c:a wavpack", "wv"),
    ("-c:a tta", "tta"), ("-c:a pcm_s24be", "aiff"),
  ])
  func `Lossless formats give the same samples`(encoder: String, suffix: String) throws {
    try withTemporaryFolder { folder in
      let path = folder + "/sound." + suffix
      try encode(encoder, to: path)
      let expected = try Recording(of: .file(path: speech)).samples
      let result = try decodeAll(with: program, .file(path: path))
      #expect(result.sampleRate == 16_000 && result.channelCount == 1)
      #expect(result.samples == expected)
    }
  }

  @Test func `Compressed speech has its length, rate and channels`() throws {
    try withTemporaryFolder { folder in
      let expected = try Recording(of: .file(path: speech)).samples.count
      for (encoder, suffix) in [("-c:a aac", "m4a"), ("-c:a aac", "aac"), ("-ar 44100 -ac 2 -c:a aac", "mp4")] {
        let path = folder + "/sound." + suffix
        try encode(encoder, to: path)
        let result = try decodeAll(with: program, .file(path: path))
        #expect(result.sampleRate == (suffix == "mp4" ? 44_100 : 16_000))
        #expect(result.channelCount == (suffix == "mp4" ? 2 : 1))
        // AAC comes in frames of 1,024 samples; ADTS says nothing of those that the encoder put in front.
        let count = result.samples.count / result.channelCount * 16_000 / result.sampleRate
        #expect((expected - 1...expected + 2 * 1024).contains(count), "\(suffix): \(count), \(expected)")
      }
    }
  }

  @Test func `A name is only a name`() throws {
    try withTemporaryFolder { folder in
      mkdir(folder + "/http:", 0o700)
      for name in ["-i.wav", "http:/x.wav", "concat:a|b.wav", "a%03d.wav", "pipe:0", "é ü\n.m3u8"] {
        let path = folder + "/" + name
        writeBytes(readBytes(speech), to: path)
        let samples = try decodeAll(with: program, .file(path: path)).samples
        #expect(samples.count > 16_000)
      }
    }
  }

  @Test func `Pipes are decoded as they come`() throws {
    let expected = try Recording(of: .file(path: speech)).samples
    let piped = try withPipe(of: readBytes(speech)) { try decodeAll(with: program, .file(path: $0)).samples }
    #expect(piped == expected)
    try withTemporaryFolder { folder in
      let path = folder + "/pipe"
      try #require(mkfifo(path, 0o600) == 0)
      #expect(
        decodingFault(with: program, path, limits: ReadingLimits(timeout: 0.1)) as? AudioFault
          == .stalled(name: path, seconds: 0.1))
      try #require(runShell("(sleep 0.2; cat \"$1\" > \"$2\") > /dev/null 2>&1 &", [speech, path]).status == 0)
      let samples = try decodeAll(with: program, .file(path: path)).samples
      #expect(samples == expected)
    }
  }

  @Test(arguments: [
    "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:3,\nFILE\n#EXT-X-ENDLIST\n",
    "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:3,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n",
    "ffconcat version 1.0\nfile 'FILE'\n",
    "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 5004 RTP/AVP 0\n",
    "<?xml version=\"1.0\"?><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\"><Period></Period></MPD>",
  ])
  func `A playlist opens no other file and no address`(text: String) throws {
    try withTemporaryFolder { folder in
      try encode("-c:a aac", to: folder + "/other.aac")
      for (name, other) in [("list.m3u8", "other.aac"), ("list.txt", folder + "/other.aac")] {
        let path = folder + "/" + name
        let parts = text.split(separator: "FILE", omittingEmptySubsequences: false)
        writeBytes(Array(parts.joined(separator: other).utf8), to: path)
        for found in [
          decodingFault(with: program, path), withPipe(of: readBytes(path), { decodingFault(with: program, $0) }),
        ] {
          guard case .cannotDecode? = found as? FFmpegFault else {
            Issue.record("\(String(describing: found))")
            continue
          }
        }
      }
    }
  }

  @Test func `Damage is an error, and not silence`() throws {
    try withTemporaryFolder { folder in
      for (encoder, suffix) in [("-c:a aac", "m4a"), ("-c:a libopus", "ogg"), ("-c:a flac", "flac")] {
        let path = folder + "/sound." + suffix
        try encode(encoder, to: path)
        var bytes = readBytes(path)
        for index in bytes.count / 2..<bytes.count / 2 + 300 { bytes[index] = UInt8(truncatingIfNeeded: index &* 73) }
        writeBytes(bytes, to: path)
        let found = decodingFault(with: program, path)
        #expect(found?.kind == .badData && found is Interruption, "\(suffix): \(String(describing: found))")
        #expect(found?.description.contains("0x") == false)
      }
      let path = folder + "/half.m4a"
      try encode("-c:a aac", to: path)
      writeBytes(Array(readBytes(path).dropLast(2_000)), to: path)
      #expect(
        decodingFault(with: program, path) as? FFmpegFault
          == .cannotDecode(name: path, reason: "moov atom not found"))
    }
  }

  @Test func `A film without sound and a text say so`() throws {
    try withTemporaryFolder { folder in
      let film = folder + "/film.mkv"
      let line = "\"$1\" -nostdin -v error -f lavfi -i testsrc=d=0.2 -c:v mpeg4 \"$2\""
      try #require(runShell(line, [program, film]).status == 0)
      #expect(
        decodingFault(with: program, film) as? FFmpegFault
          == .cannotDecode(name: film, reason: "it has no audio stream"))
      writeBytes(Array("This is only a text.\n".utf8), to: folder + "/text")
      guard case .cannotDecode? = decodingFault(with: program, folder + "/text") as? FFmpegFault else {
        Issue.record("a text was decoded")
        return
      }
    }
  }

  @Test func `The longest duration holds`() throws {
    let seconds = Double(try Recording(of: .file(path: speech)).samples.count) / 16_000
    _ = try decodeAll(with: program, .file(path: speech), limits: ReadingLimits(maxSeconds: seconds))
    guard
      case .tooLong? = decodingFault(with: program, speech, limits: ReadingLimits(maxSeconds: seconds - 0.001))
        as? AudioFault
    else {
      Issue.record("longer than allowed, and no fault")
      return
    }
  }

  @Test func `Missing files, folders and devices are what they are without ffmpeg`() {
    #expect(decodingFault(with: program, "/nonexistent")?.kind == .missingInput)
    #expect(decodingFault(with: program, "/tmp") as? AudioFault == .folder(name: "/tmp"))
    #expect(decodingFault(with: program, "/dev/zero") as? AudioFault == .device(name: "/dev/zero"))
  }
}
