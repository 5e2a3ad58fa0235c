import Glibc
import LHAudio
import LHCSndFile
import LHSystem
import LHTestSupport
import Testing

@Suite struct LimitTests {
  private let short = ReadingLimits(maxSeconds: 2, timeout: 5)

  @Test(arguments: [SoundFormat.wav16, .wavFloat, .flac, .ogg, .mp3], [false, true])
  func `A recording that lasts longer than the limit is a fault`(format: SoundFormat, isPiped: Bool) throws {
    try withTemporaryFolder { folder in
      let path = folder + "/sound"
      func fault(_ limits: ReadingLimits) -> AudioFault? {
        func read(_ path: String) -> AudioFault? {
          do throws(AudioFault) { _ = try Recording(of: .file(path: path), RecordingOptions(limits: limits)) } catch {
            return error
          }
          return nil
        }
        return isPiped ? withPipe(of: readBytes(path)) { read($0) } : read(path)
      }
      format.write(sine(rate: 48_000, count: 3 * 48_000), to: path, sampleRate: 48_000)
      let found = try #require(fault(short))
      guard case .tooLong(_, let seconds, 2) = found else {
        Issue.record("\(found)")
        return
      }
      #expect(seconds > 2 && seconds < 4)
      #expect(found.kind == .badData && found.description.contains("--max-duration"))
      #expect(fault(ReadingLimits(maxSeconds: 4, timeout: 5)) == nil)
    }
  }

  @Test func `Exactly the limit is no fault`() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/sound.wav"
      SoundFormat.wav16.write(sine(rate: 16_000, count: 32_000), to: path)
      let whole = try Recording(of: .file(path: path), RecordingOptions(limits: short))
      #expect(whole.samples.count == 32_000)
      SoundFormat.wav16.write(sine(rate: 16_000, count: 32_001), to: path)
      #expect(throws: AudioFault.tooLong(name: path, seconds: 32_001 / 16_000, maxSeconds: 2)) {
        try Recording(of: .file(path: path), RecordingOptions(limits: short))
      }
    }
  }

  @Test func `A length that the file is too small for is not believed`() throws {
    // The number of samples in FLAC's STREAMINFO, 36 bits: 2^35, which are 24 days.
    var bytes = readBytes(Fixture.path("golden/audio/librispeech-6313-76958-0021.flac"))
    bytes[21] |= 0x08
    try withTemporaryFolder { folder in
      let path = folder + "/lie.flac"
      writeBytes(bytes, to: path)
      let fault = #expect(throws: AudioFault.self) { try Recording(of: .file(path: path)) }
      guard case .cutShort(path, 190_800, _, 16_000, _) = fault else {
        Issue.record("\(String(describing: fault))")
        return
      }
      // 2^30, which are 19 hours, might be there.
      bytes[21] &= 0xf7
      bytes[22] |= 0x40
      writeBytes(bytes, to: path)
      let long = #expect(throws: AudioFault.self) { try Recording(of: .file(path: path)) }
      guard case .tooLong(path, let seconds, 21_600) = long else {
        Issue.record("\(String(describing: long))")
        return
      }
      #expect(seconds > 67_000)
    }
  }

  @Test func `A few bytes of silence end at the limit`() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/silence.flac"
      SoundFormat.flac.write([Float](repeating: 0, count: 16_000 * 600), to: path)
      #expect(readBytes(path).count < 100_000)
      let fault = #expect(throws: AudioFault.self) {
        try Recording(of: .file(path: path), RecordingOptions(limits: ReadingLimits(maxSeconds: 60)))
      }
      guard case .tooLong = fault else {
        Issue.record("\(String(describing: fault))")
        return
      }
    }
  }

  @Test func `A stream without an end is a fault, with no more memory than the longest recording needs`() {
    // The header of 16 kHz, 16 bits, one channel and 4 GB, and then samples for ever.
    let speech = readBytes(Fixture.path("golden/audio/speech-b.wav"))
    var header = Array(speech[..<44])
    for index in 40..<44 { header[index] = 0xff }
    withPipe(of: header + [UInt8](repeating: 1, count: 1 << 20), endless: true) { path in
      let fault = #expect(throws: AudioFault.self) {
        try Recording(of: .file(path: path), RecordingOptions(limits: ReadingLimits(maxSeconds: 10, timeout: 5)))
      }
      guard case .streamTooLong(path, let count, 10) = fault else {
        Issue.record("\(String(describing: fault))")
        return
      }
      #expect(count < 1 << 26 + 500_000)
      #expect(fault?.kind == .badData)
    }
    withPipe(of: [UInt8](repeating: 0, count: 1 << 20), endless: true) { path in
      let fault = #expect(throws: AudioFault.self) { try Recording(of: .file(path: path)) }
      guard case .unknownFormat = fault else {
        Issue.record("\(String(describing: fault))")
        return
      }
    }
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity, 1e300, -1, 0])
  func `A stream without an end whose rate is none is a fault`(rate: Double) {
    func number(_ value: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: value.bigEndian) { Array($0) } }
    let header =
      Array("caff".utf8) + [0, 1, 0, 0] + Array("desc".utf8) + number(UInt64(32)) + number(rate.bitPattern)
      + Array("lpcm".utf8) + [0, 2, 1, 1, 16].flatMap { number(UInt32($0)) } + Array("data".utf8)
      + [UInt8](repeating: 0xff, count: 8) + [0, 0, 0, 0]
    withPipe(of: header + [UInt8](repeating: 1, count: 1 << 20), endless: true) { path in
      let fault = #expect(throws: AudioFault.self) {
        try Recording(of: .file(path: path), RecordingOptions(limits: ReadingLimits(maxSeconds: 10, timeout: 5)))
      }
      #expect(fault?.kind == .badData)
    }
  }

  @Test func `A pipe that nobody writes to, or that stalls, is given up`() throws {
    let limits = ReadingLimits(timeout: 0.05)
    try withTemporaryFolder { folder in
      let path = folder + "/pipe"
      try #require(mkfifo(path, 0o600) == 0)
      let fault = #expect(throws: AudioFault.stalled(name: path, seconds: 0.05)) {
        try Recording(of: .file(path: path), RecordingOptions(limits: limits))
      }
      #expect(fault?.kind == .inputOutput && fault?.description.contains("--timeout") == true)
    }
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    // Programs that other tests start must not hold the pipe open.
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer { ends.forEach { close($0) } }
    let speech = readBytes(Fixture.path("golden/audio/speech-b.wav"))
    try #require(write(ends[1], speech, 1_000) == 1_000)
    let path = "/dev/fd/\(ends[0])"
    #expect(throws: AudioFault.stalled(name: path, seconds: 0.05)) {
      try Recording(of: .file(path: path), RecordingOptions(limits: limits))
    }
  }

  @Test(arguments: [60, 0] as [Double])
  func `A named pipe is waited for until somebody writes`(timeout: Double) throws {
    let speech = Fixture.path("golden/audio/speech-b.wav")
    try withTemporaryFolder { folder in
      let path = folder + "/pipe"
      try #require(mkfifo(path, 0o600) == 0)
      let writer = "(sleep 0.2; cat \"$1\" > \"$2\") > /dev/null 2>&1 &"
      #expect(runShell(writer, [speech, path]).status == 0)
      let recording = try Recording(of: .file(path: path), RecordingOptions(limits: ReadingLimits(timeout: timeout)))
      let expected = try Recording(of: .file(path: speech))
      #expect(recording.samples == expected.samples)
    }
  }

  @Test func `A writer that comes and goes without a byte leaves an empty input`() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/pipe"
      try #require(mkfifo(path, 0o600) == 0)
      #expect(runShell("(: > \"$1\") > /dev/null 2>&1 &", [path]).status == 0)
      #expect(throws: AudioFault.empty(name: path)) { try Recording(of: .file(path: path)) }
    }
  }
}
