import LHTestSupport
import Testing

@Suite struct FeaturesGoldenTests {
  @Test(arguments: [
    ("tiny", "max", "speech-b"), ("tiny", "mixed", "frames-1"), ("tiny", "min", "frames-2"),
    ("tiny", "sliding", "speech-a"), ("tiny-layernorm", "mixed", "speech-b"), ("tiny-deeppos", "min", "speech-b"),
  ])
  func `The programs give the golden hidden states`(checkpoint: String, architecture: String, audio: String) throws {
    try withTemporaryFolder { folder in
      let subnet = try TinySubnet(of: checkpoint, architecture, in: folder)
      let sound = Fixture.path("golden/audio/\(audio).wav")
      let name = "\(checkpoint)-\(architecture)-\(audio)"
      func expected(_ tensor: String) throws -> NumPyArray {
        try NumPyArray(path: Fixture.path("golden/expected/\(name).\(tensor).npy"))
      }
      func features(_ arguments: String...) throws -> NumPyArray {
        let result = runProgram("lhb-features", ["--model", subnet.path] + arguments + [sound])
        try #require(result.status == 0, "\(result.errors)")
        #expect(result.errors == "")
        return try NumPyArray(bytes: result.output, name: "standard output")
      }

      let states = try expected("hidden_states")
      let all = try features("--layers", "all")
      #expect(all.shape == states.shape)
      expectClose("\(name) hidden states", all.values, states.values)

      let last = try features()
      #expect(last.shape == Array(states.shape.dropFirst()))
      let size = last.values.count
      let lastExpected =
        checkpoint == "tiny-layernorm" ? try expected("last").values : Array(states.values.suffix(size))
      expectClose("\(name) last", last.values, lastExpected)

      let chosen = try features("--layers", "2,0,1", "--layer-zero", "encoder-input")
      #expect(chosen.shape == [3] + last.shape)
      #expect(Array(chosen.values[..<size]) == Array(all.values[2 * size..<3 * size]))
      expectClose(
        "\(name) encoder input", Array(chosen.values[size..<2 * size]), try expected("encoder_input").values)
      #expect(Array(chosen.values[(2 * size)...]) == Array(all.values[size..<2 * size]))
    }
  }

  @Test func `Threads do not change a byte, and OpenBLAS is as close`() throws {
    try withTemporaryFolder { folder in
      let subnet = try TinySubnet("mixed", in: folder)
      let sound = Fixture.path("golden/audio/speech-b.wav")
      func features(_ arguments: String...) -> [UInt8] {
        runProgram("lhb-features", ["--model", subnet.path, "--layers", "all"] + arguments + [sound]).output
      }
      let one = features("--threads", "1")
      #expect(!one.isEmpty && features("--threads", "2") == one && features("--gemm", "auto") == one)
      expectClose(
        "tiny-mixed-speech-b, OpenBLAS",
        try NumPyArray(bytes: features("--gemm", "openblas"), name: "openblas").values,
        try NumPyArray(path: Fixture.path("golden/expected/tiny-mixed-speech-b.hidden_states.npy")).values)
    }
  }

  @Test func `Normalising can be switched`() throws {
    try withTemporaryFolder { folder in
      let sound = Fixture.path("golden/audio/speech-b.wav")
      for (checkpoint, usual, other) in [("tiny", "off", "on"), ("tiny-layernorm", "on", "off")] {
        let subnet = try TinySubnet(of: checkpoint, "mixed", in: folder)
        func features(_ arguments: String...) -> [UInt8] {
          runProgram("lhb-features", ["--model", subnet.path] + arguments + [sound]).output
        }
        let plain = features()
        #expect(!plain.isEmpty && features("--normalize", usual) == plain)
        let switched = features("--normalize", other)
        #expect(switched.count == plain.count && switched != plain)
      }
    }
  }
}
