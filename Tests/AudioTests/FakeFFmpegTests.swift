import Glibc
import LHAudio
import LHSystem
import LHTestSupport
import Testing

/// What becomes of an ffmpeg that does not do what it should: a script stands in for it.
@Suite struct FakeFFmpegTests {
  private let sound = Fixture.path("golden/audio/speech-b.wav")

  /// The fault of decoding a sound file with a script.
  private func fault(_ lines: String, limits: ReadingLimits = ReadingLimits(timeout: 20)) -> (any Fault)? {
    withTemporaryFolder { folder in
      decodingFault(with: makeFakeFFmpeg(in: folder, lines), sound, limits: limits)
    }
  }

  @Test func `What it writes is taken`() throws {
    try withTemporaryFolder { folder in
      let lines = "header; printf '\\077\\200\\000\\000\\277\\000\\000\\000'; frames 70000"
      let program = makeFakeFFmpeg(in: folder, lines)
      let result = try decodeAll(with: program, .file(path: sound))
      #expect(result.sampleRate == 16_000 && result.channelCount == 1)
      #expect(result.samples == [1, -0.5] + [Float](repeating: 0, count: 70_000))
    }
  }

  @Test func `It gets the file as standard input, and nothing of the environment but how to be found`() throws {
    // Shells have their script open, as number 10 or 255.
    let inheritable = fcntl(STDIN_FILENO, F_DUPFD, 20)
    defer { close(inheritable) }
    try withTemporaryFolder { folder in
      let lines = """
        cat > '\(folder)/input'
        printf '%s\\n' "$@" > '\(folder)/arguments'
        env | sed 's/=.*//' | grep -vE '^(PWD|OLDPWD|SHLVL|_)$' | sort | tr '\\n' ' ' > '\(folder)/variables'
        test ! -e /proc/$$/fd/\(inheritable) && test -e /proc/$$/fd/0 && : > '\(folder)/closed'
        header; frames 1
        """
      _ = try decodeAll(with: makeFakeFFmpeg(in: folder, lines), .file(path: sound))
      func text(_ name: String) -> String { String(decoding: readBytes(folder + "/" + name), as: UTF8.self) }
      #expect(readBytes(folder + "/input") == readBytes(sound))
      #expect(!text("arguments").contains(sound))
      #expect(["LC_ALL PATH ", "LC_ALL LD_LIBRARY_PATH PATH "].contains(text("variables")))
      #expect(access(folder + "/closed", F_OK) == 0)
    }
  }

  @Test func `An error without sound is the reason, in one line`() {
    let found = fault("echo '[mov @ 0x55d169777e80] moov atom \u{1b}[31mnot found' >&2; echo second >&2; exit 1")
    #expect(found as? FFmpegFault == .cannotDecode(name: sound, reason: "moov atom [31mnot found"))
    #expect(found?.kind == .badData)
    #expect(found.map { "\($0)" } == "\(sound): ffmpeg cannot decode it: moov atom [31mnot found")
    #expect(fault("exit 3") as? FFmpegFault == .cannotDecode(name: sound, reason: "it ended with status 3"))
  }

  @Test func `An error after sound is damage, whatever the status is`() {
    for status in [0, 1] {
      #expect(
        fault("header; frames 8000; echo '[aac @ 0x1] [a @ 0x2] Reserved bit set.' >&2; exit \(status)")
          as? Interruption
          == Interruption(reason: "ffmpeg says: Reserved bit set."))
    }
    #expect(
      fault("header; frames 16000; exit 9") as? Interruption
        == Interruption(reason: "ffmpeg says: it ended with status 9"))
  }

  @Test func `One that hangs is ended`() throws {
    try withTemporaryFolder { folder in
      let limits = ReadingLimits(timeout: 0.3)
      for lines in ["", "header; ", "header; frames 1; ", "header; frames 1; exec >&-; "] {
        let program = makeFakeFFmpeg(in: folder, "echo $$ > '\(folder)/number'; \(lines)exec sleep 600")
        let found = decodingFault(with: program, sound, limits: limits)
        #expect(found as? AudioFault == .stalled(name: sound, seconds: 0.3))
        let number = String(decoding: readBytes(folder + "/number"), as: UTF8.self).split(separator: "\n")
        let process = try #require(number.first.flatMap { pid_t($0) })
        #expect(kill(process, 0) == -1 && errno == ESRCH)
      }
    }
  }

  @Test func `Messages without end do not keep one alive that gives no sound`() {
    let found = fault("while :; do echo noise >&2; done", limits: ReadingLimits(timeout: 0.5))
    #expect(found as? AudioFault == .stalled(name: sound, seconds: 0.5))
  }

  @Test func `Sound without end stops at the longest duration`() {
    let found = fault("header; exec cat /dev/zero", limits: ReadingLimits(maxSeconds: 10, timeout: 20))
    guard case .tooLong(sound, let seconds, 10)? = found as? AudioFault else {
      Issue.record("\(String(describing: found))")
      return
    }
    #expect(seconds > 10 && seconds < 15)
  }

  @Test func `Many messages hold nothing up`() {
    let found = fault("echo first >&2; head -c 3000000 /dev/zero | tr '\\0' x >&2; header; frames 100000; exit 1")
    #expect(found as? Interruption == Interruption(reason: "ffmpeg says: first"))
    let long = fault("head -c 3000 /dev/zero | tr '\\0' x >&2; exit 1")
    #expect(long?.description.count ?? 0 < 300 + sound.count)
  }

  @Test func `One that a signal ends is no end of the sound`() {
    #expect(fault("header; frames 10; kill -9 $$") as? FFmpegFault == .killed(name: sound, signal: SIGKILL))
    #expect(fault("kill -11 $$") as? FFmpegFault == .killed(name: sound, signal: SIGSEGV))
  }

  @Test(arguments: [
    ("echo this is not ffmpeg at all", "wrote no AU header"), ("exit 0", "wrote no AU header"),
    ("header | tr '\\006' '\\003'; frames 4", "wrote AU with encoding 3"),
    ("header | tr '\\040' '\\027'; frames 4", "wrote AU with samples at byte 23"),
    ("header | tr '\\001' '\\000'; frames 4", "wrote AU with 0 channels"),
    ("header; frames 4; printf abc", "ended in the middle of a frame"),
  ])
  func `What is no stream of samples is refused`(lines: String, problem: String) throws {
    let found = try #require(fault(lines) as? FFmpegFault)
    guard case .badStream(sound, _, problem) = found else {
      Issue.record("\(found)")
      return
    }
    #expect(found.kind == .unavailable)
  }

  @Test func `A header without a frame is no sound`() {
    #expect(fault("header") as? FFmpegFault == .noSound(name: sound))
    #expect(fault("header | head -c 27") as? FFmpegFault == .noSound(name: sound))
  }

  @Test func `A rate that cannot be is refused`() {
    let found = fault("header | tr '\\076\\200' '\\000\\007'; frames 4")
    #expect(found as? AudioFault == .unusableRate(name: sound, rate: 7))
  }

  @Test func `What cannot be started says so`() {
    withTemporaryFolder { folder in
      let path = makeFakeFFmpeg(in: folder, "")
      chmod(path, 0o600)
      #expect(
        decodingFault(with: path, sound) as? FFmpegFault
          == .cannotStart(name: sound, program: path, reason: SystemError(code: EACCES)))
      let missing = decodingFault(with: folder + "/none", sound)
      #expect(
        missing as? FFmpegFault
          == .cannotStart(name: sound, program: folder + "/none", reason: SystemError(code: ENOENT)))
      #expect(missing?.kind == .unavailable)
    }
  }

  @Test func `It is looked for in folders with absolute paths only`() {
    withTemporaryFolder { folder in
      #expect(FFmpeg.find(path: "") == nil && FFmpeg.find(path: folder) == nil)
      let path = makeFakeFFmpeg(in: folder, "")
      #expect(FFmpeg.find(path: "/nonexistent:\(folder)") == path)
      #expect(FFmpeg.find(path: ":.:..:bin") == nil)
      chmod(path, 0o600)
      #expect(getuid() == 0 || FFmpeg.find(path: folder) == nil)
      mkdir(folder + "/other", 0o700)
      mkdir(folder + "/other/ffmpeg", 0o700)
      #expect(FFmpeg.find(path: folder + "/other") == nil)
    }
  }
}
