import LHTestSupport
import Testing

/// `lhb-features --precision` and `--max-error`.
@Suite struct FeaturesPrecisionTests {
  private let speech = Fixture.path("golden/audio/speech-b.wav")

  @Test func `Without an allowed error it is float32`() throws {
    try withTemporaryFolder { folder in
      let subnet = try TinySubnet("mixed", in: folder)
      func features(_ arguments: String...) -> ProgramResult {
        runProgram("lhb-features", ["--model", subnet.path] + arguments + [speech])
      }
      let plain = features()
      #expect(plain.status == 0 && plain.errors == "")
      for precision in ["auto", "f32"] {
        let found = features("--precision", precision)
        #expect(found.status == 0 && found.errors == "" && found.output == plain.output)
      }
    }
  }

  @Test(arguments: ["bf16", "int8", "int8-mixed"])
  func `A precision gives features of the same shape, near float32`(precision: String) throws {
    try withTemporaryFolder { folder in
      let subnet = try TinySubnet(of: "tiny-layernorm", "mixed", in: folder)
      func features(_ arguments: String...) throws -> NumPyArray {
        let result = runProgram("lhb-features", ["--model", subnet.path] + arguments + [speech])
        try #require(result.status == 0, "\(result.errors)")
        return try NumPyArray(bytes: result.output, name: precision)
      }
      let exact = try features()
      let found = try features("--precision", precision)
      #expect(found.shape == exact.shape)
      let power = exact.values.reduce(0) { $0 + $1 * $1 }
      let noise = zip(found.values, exact.values).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      #expect(noise <= 0.01 * power)
    }
  }

  @Test func `What was chosen is said once, unless quiet`() throws {
    try withTemporaryFolder { folder in
      let subnet = try TinySubnet("min", in: folder)
      let arguments = ["--model", subnet.path, "--max-error", "1", speech]
      let chosen = runProgram("lhb-features", arguments)
      let notes = chosen.errors.split(separator: "\n").filter { $0.contains("--precision auto is int8; ") }
      #expect(chosen.status == 0 && notes.count == 1, "\(chosen.errors)")
      let quiet = runProgram("lhb-features", ["--quiet"] + arguments)
      #expect(quiet.status == 0 && quiet.errors == "")
      let named = runProgram("lhb-features", ["--quiet", "--model", subnet.path, "--precision", "int8", speech])
      #expect(quiet.output == chosen.output && named.output == chosen.output)
    }
  }

  @Test(arguments: [("f32", ""), ("bf16", "AVX512_BF16"), ("int8", "VNNI"), ("int8-mixed", "VNNI and AVX512_BF16")])
  func `Instructions that are missed are told once, unless quiet`(precision: String, missing: String) throws {
    try withTemporaryFolder { folder in
      let subnet = try TinySubnet("min", in: folder)
      func errors(_ arguments: String...) -> String {
        runProgram(
          "lhb-features", ["--model", subnet.path, "--precision", precision] + arguments + [speech],
          environment: ["LHB_ISA": "baseline"]
        ).errors
      }
      let expected = "lhb-features: note: \(precision) without \(missing), which "
      #expect(missing.isEmpty ? errors() == "" : errors().hasPrefix(expected), "\(errors())")
      #expect(errors().split(separator: "\n").count == (missing.isEmpty ? 0 : 1))
      #expect(errors("--quiet") == "")
    }
  }

  @Test(arguments: [
    ["--precision", "int4", "x.wav"], ["--precision", "f16", "x.wav"], ["--max-error", "0", "x.wav"],
    ["--max-error", "-1", "x.wav"], ["--max-error", "2", "x.wav"], ["--max-error", "1%", "x.wav"],
    ["--precision", "f32", "--max-error", "0.1", "x.wav"],
  ])
  func `A wrong argument is a fault of usage`(arguments: [String]) { expectUsageFault("lhb-features", arguments) }
}
