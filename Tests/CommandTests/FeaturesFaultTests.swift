import LHTestSupport
import Testing

@Suite struct FeaturesFaultTests {
  let speech = Fixture.path("golden/audio/speech-b.wav")

  @Test(arguments: [
    [], ["--layers", "", "x.wav"], ["--layers", "1,,2", "x.wav"], ["--layers", "first", "x.wav"],
    ["--layers", "99999999999999999999", "x.wav"], ["--layers", "+1", "x.wav"], ["--layer-zero", "0", "x.wav"],
    ["--normalize", "yes", "x.wav"], ["--channel", "0", "x.wav"], ["--channel", "left", "x.wav"],
    ["--threads", "0", "x.wav"], ["--threads", "1000000", "x.wav"], ["--gemm", "mkl", "x.wav"],
    ["x.wav", "y.wav"], ["--unknown", "x.wav"],
  ])
  func `A wrong argument is a fault of usage`(arguments: [String]) { expectUsageFault("lhb-features", arguments) }

  @Test func `Bad audio is one line that names the file`() throws {
    try withTemporaryFolder { folder in
      let subnet = try TinySubnet("min", in: folder)
      var sound = [Float](repeating: 0.1, count: 8_000)
      sound[4_000] = .nan
      writeBytes(wavFile(sound, isFloat: true), to: folder + "/nan.wav")
      writeBytes([], to: folder + "/empty.wav")
      writeBytes(Array("no sound".utf8), to: folder + "/text.wav")
      writeBytes(wavFile([]), to: folder + "/silent.wav")
      writeBytes(
        Array(readBytes(Fixture.path("golden/audio/librispeech-6313-76958-0021.flac"))[..<50_000]),
        to: folder + "/cut.flac")
      let cases: [(path: String, status: Int32, words: [String])] = [
        (Fixture.path("golden/audio/too-short.wav"), 65, ["399 samples", "400"]),
        (folder + "/silent.wav", 65, ["0 samples", "400"]),
        (folder + "/nan.wav", 65, ["nan", "0.25 s"]),
        (folder + "/empty.wav", 65, ["empty"]),
        (folder + "/text.wav", 65, ["begins like text", "expected a sound file"]),
        (folder + "/cut.flac", 65, ["11.925 s", "truncated"]),
        (folder + "/missing.wav", 66, ["No such file"]),
        (folder, 66, ["folder"]),
      ]
      for (path, status, words) in cases {
        let result = runProgram("lhb-features", ["--model", subnet.path, path])
        #expect(result.status == status, "\(result.errors)")
        #expect(result.output.isEmpty)
        #expect(result.errors.hasPrefix("lhb-features: error: \(path): "), "\(result.errors)")
        #expect(result.errors.split(separator: "\n").count == 1, "\(result.errors)")
        for word in words { #expect(result.errors.contains(word), "\(result.errors)") }
      }
    }
  }

  @Test func `A bad model is one line that names the file`() throws {
    try withTemporaryFolder { folder in
      let subnet = try TinySubnet("min", in: folder)
      let bytes = readBytes(subnet.path)
      var damaged = bytes
      damaged[bytes.count - 100] ^= 1
      writeBytes(damaged, to: folder + "/damaged.lhb")
      writeBytes(Array(bytes[..<(bytes.count / 2)]), to: folder + "/cut.lhb")
      for (path, status) in [
        ("/damaged.lhb", 65), ("/cut.lhb", 65), ("/missing.lhb", 66), ("", 66),
      ] as [(String, Int32)] {
        let result = runProgram("lhb-features", ["--model", folder + path, speech])
        #expect(result.status == status, "\(result.errors)")
        #expect(result.output.isEmpty && result.errors.split(separator: "\n").count == 1)
        #expect(result.errors.contains(folder + path))
      }
      let checkpoint = runProgram("lhb-features", ["--model", Fixture.path("golden/tiny.pt"), speech])
      #expect(checkpoint.status == 65 && checkpoint.errors.contains("tiny.pt"))
      let layer = runProgram("lhb-features", ["--model", subnet.path, "--layers", "0,7", speech])
      #expect(layer.status == 64 && layer.errors.contains("no hidden state 7"))
      let instructions = runProgram(
        "lhb-features", ["--model", subnet.path, speech], environment: ["LHB_ISA": "abacus"])
      #expect(instructions.status != 0 && instructions.errors.contains("abacus"))
    }
  }

  @Test func `A name cannot make a message look like another`() {
    let result = runProgram("lhb-features", ["--model", "m\u{202e}bhl.\u{1b}[2J\n.lhb", speech])
    #expect(result.status == 66 && result.errors.split(separator: "\n").count == 1)
    #expect(result.errors.contains(#"m\u{202E}bhl.\u{1B}[2J\n.lhb"#), "\(result.errors)")
  }

  @Test func `Help goes to standard output and has examples`() {
    let result = runProgram("lhb-features", ["--help"])
    #expect(result.status == 0 && result.errors == "")
    let text = String(decoding: result.output, as: UTF8.self)
    for words in ["lhb-features --model small.lhb audio.wav > feats.npy", "LHB_MODEL", "--layer-zero"] {
      #expect(text.contains(words))
    }
  }
}
