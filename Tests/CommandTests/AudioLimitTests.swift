import LHTestSupport
import Testing

@Suite struct AudioLimitTests {
  private let speech = Fixture.path("golden/audio/speech-b.wav")  // 2.855 s

  @Test(arguments: [("2s", 65), ("2", 65), ("0.04m", 65), ("3s", 0), ("0.1m", 0), ("1.5h", 0)] as [(String, Int32)])
  func `Each program refuses audio that lasts too long`(limit: String, status: Int32) throws {
    try withTemporaryFolder { folder in
      let subnet = try TinySubnet("min", in: folder)
      let runs: [(String, [String])] = [
        ("lhb-features", ["--model", subnet.path, speech]),
        ("lhb-bench", ["--runs", "1", "--audio", speech, subnet.path]),
        (
          "lhb-extract",
          [
            "--arch", Fixture.path("golden/arch-mixed.json"), "--weights", "int8", "--calibrate", speech, "--force",
            "--quiet", "--", Fixture.path("golden/tiny.pt"), folder + "/out.lhb",
          ]
        ),
      ]
      for (program, arguments) in runs {
        let result = runProgram(program, ["--max-duration", limit] + arguments)
        #expect(result.status == status, "\(result.errors)")
        guard status != 0 else { continue }
        #expect(result.output.isEmpty && result.errors.split(separator: "\n").count == 1, "\(result.errors)")
        #expect(result.errors.hasPrefix("\(program): error: \(speech): lasts 2.8"), "\(result.errors)")
        #expect(result.errors.contains("--max-duration"))
      }
    }
  }

  @Test(arguments: [
    ["--max-duration", "0"], ["--max-duration", "six"], ["--max-duration", "1d"], ["--max-duration", "0x10"],
    ["--max-duration", "1e3"], ["--max-duration", "inf"], ["--max-duration", "10001h"], ["--max-duration", ""],
    ["--max-duration", "h"], ["--max-duration", "."], ["--timeout", "soon"], ["--timeout=-1"],
  ])
  func `A wrong duration is a fault of usage`(arguments: [String]) {
    let result = runProgram("lhb-features", arguments + [speech])
    #expect(result.status == 64 && result.output.isEmpty, "\(result.errors)")
    #expect(result.errors.split(separator: "\n").count == 1)
  }

  @Test func `A pipe that gives nothing is given up`() throws {
    try withTemporaryFolder { folder in
      let subnet = try TinySubnet("min", in: folder)
      for line in [
        "sleep 1 | lhb-features --timeout 0.1 --model \"$1\" -",
        "(head -c 1000 \"$2\"; sleep 1) | lhb-features --timeout 0.1s --model \"$1\" -",
        "mkfifo \"$3/pipe\" && lhb-features --timeout 0.1 --model \"$1\" \"$3/pipe\"",
      ] {
        let result = runShell(line, [subnet.path, speech, folder])
        #expect(result.status == 74 && result.output.isEmpty, "\(result.errors)")
        #expect(result.errors.contains("no byte came for 0.1 s") && result.errors.contains("--timeout"))
        #expect(result.errors.split(separator: "\n").count == 1)
      }
    }
  }

  @Test(.disabled(if: Sanitizer.isActive, "a sanitizer takes terabytes of addresses"))
  func `Endless streams end with an error, in bounded memory`() throws {
    try withTemporaryFolder { folder in
      let subnet = try TinySubnet("min", in: folder)
      // 4 GB of address space: what is no sound is not gathered beyond 64 MiB.
      for (line, words) in [
        ("yes | lhb-features --model \"$1\" -", "expected a sound file"),
        ("cat /dev/zero | lhb-features --model \"$1\" -", "expected a sound file"),
        (
          "(head -c 40 \"$2\"; printf '\\377\\377\\377\\377'; cat /dev/zero) "
            + "| lhb-features --max-duration 1m --model \"$1\" -",
          "--max-duration"
        ),
      ] {
        let result = runShell("ulimit -v 4000000; " + line, [subnet.path, speech])
        #expect(result.status == 65 && result.output.isEmpty, "\(result.errors)")
        #expect(result.errors.contains(words), "\(result.errors)")
        #expect(result.errors.split(separator: "\n").count == 1)
      }
    }
  }

  @Test func `What is no file to read is one line`() throws {
    try withTemporaryFolder { folder in
      let subnet = try TinySubnet("min", in: folder)
      #expect(runShell("ln -s loop \"$1/loop\"", [folder]).status == 0)
      for (path, words) in [
        (folder + "/loop", "symbolic links"), (folder + "/" + String(repeating: "a", count: 5_000), "too long"),
        ("/dev/zero", "device"), ("/dev/null", "device"), (folder, "folder"),
      ] {
        let result = runProgram("lhb-features", ["--model", subnet.path, path])
        #expect(result.status == 66 && result.errors.contains(words), "\(result.errors)")
        #expect(result.errors.split(separator: "\n").count == 1)
      }
    }
  }

  @Test func `A damaged MP3 is at most one line, not the decoder's talk`() throws {
    var numbers = SeededNumbers(seed: 3)
    try withTemporaryFolder { folder in
      let subnet = try TinySubnet("min", in: folder)
      let path = folder + "/damaged.mp3"
      // Frames of MPEG-1 layer III, 128 kbit/s at 44.1 kHz: silence, others whose headers are wrong, random content.
      let header: [UInt8] = [0xff, 0xfb, 0x90, 0xc4]
      let silence = header + [UInt8](repeating: 0, count: 413)
      for _ in 0..<20 {
        var bytes = (0..<20).flatMap { _ in silence } + [0xff, 0x5a] + silence.dropFirst(2)
        for _ in 0..<20 { bytes += header + (0..<413).map { _ in UInt8.random(in: 0...255, using: &numbers) } }
        writeBytes(bytes, to: path)
        let result = runProgram("lhb-features", ["--quiet", "--model", subnet.path, path])
        #expect(result.status == 0 || result.status == 65, "\(result.status)")
        #expect(result.errors.split(separator: "\n").count == (result.status == 0 ? 0 : 1), "\(result.errors)")
      }
    }
  }

  @Test func `Any finite samples give finite features, or an error`() throws {
    let signs = (0..<8_000).map { Float($0 * 7 % 13 < 6 ? -1 : 1) }
    try withTemporaryFolder { folder in
      for checkpoint in ["tiny", "tiny-layernorm"] {
        let subnet = try TinySubnet(of: checkpoint, "min", in: folder)
        for level in [0, 1e-40, 1, 1e30, Float.greatestFiniteMagnitude] {
          writeBytes(wavFile(signs.map { $0 * level }, isFloat: true), to: folder + "/level.wav")
          for normalize in ["on", "off"] {
            let result = runProgram(
              "lhb-features", ["--model", subnet.path, "--normalize", normalize, folder + "/level.wav"])
            let place: Comment = "\(checkpoint), \(level), \(normalize): \(result.errors)"
            guard result.status == 0 else {
              #expect(level >= 1e30 && result.status == 65 && result.output.isEmpty, place)
              #expect(result.errors.contains("level.wav: its features are not finite"), place)
              continue
            }
            let features = try NumPyArray(bytes: result.output, name: "level").values
            #expect(!features.contains { !$0.isFinite }, place)
          }
        }
      }
    }
  }

  @Test func `Help tells the limits`() {
    for program in ["lhb-features", "lhb-bench", "lhb-extract"] {
      let text = String(decoding: runProgram(program, ["--help"]).output, as: UTF8.self)
      #expect(text.contains("--max-duration") && text.contains("(default: 6h)"))
      #expect(text.contains("--timeout") && text.contains("(default: 1m)"))
    }
  }
}
