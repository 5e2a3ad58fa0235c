import LHJSON
import LHTestSupport
import Testing

@Suite struct BenchTests {
  @Test func `Measurements are one JSON object`() throws {
    try withTemporaryFolder { folder in
      let subnet = try TinySubnet("min", in: folder)
      let result = runProgram(
        "lhb-bench", ["--json", "--seconds", "0.5,1", "--runs", "2", "--threads", "1", subnet.path])
      try #require(result.status == 0, "\(result.errors)")
      let found = try JSONValue(parsing: String(decoding: result.output, as: UTF8.self))
      #expect((found["median_s"]?.number ?? 0) > 0)
      #expect(found["frames"] == .integer(49) && found["threads"] == .integer(1) && found["runs"] == .integer(2))
      #expect(["baseline", "avx2", "avx512", "avx512-amx"].contains(found["instruction_set"]?.string))
      #expect(found["measurements"]?.array?.map { $0["frames"] } == [.integer(24), .integer(49)])
      let digest = runShell("sha256sum < \"$1\"", [subnet.path])
      #expect(found["model_sha256"]?.string == String(decoding: digest.output.prefix(64), as: UTF8.self))

      let weights = try #require(found["weight_bytes"]?.integer)
      #expect(weights > 0)
      for one in found["measurements"]?.array ?? [] {
        let memory = try #require(one["peak_memory_bytes"]?.integer)
        #expect(memory >= weights && memory < 1 << 30)
        let seconds = ["min_s", "median_s", "max_s"].compactMap { one[$0]?.number }
        #expect(seconds.count == 3 && seconds == seconds.sorted())
        let deviation = try #require(one["deviation_s"]?.number)
        #expect(deviation >= 0 && deviation <= seconds[2] - seconds[0])
      }
    }
  }

  @Test(arguments: ["min", "sliding"])
  func `The stages' shares are those of one whole`(architecture: String) throws {
    try withTemporaryFolder { folder in
      let subnet = try TinySubnet(architecture, in: folder)
      let result = runProgram("lhb-bench", ["--json", "--seconds", "1", "--runs", "2", "--threads", "2", subnet.path])
      try #require(result.status == 0, "\(result.errors)")
      let found = try JSONValue(parsing: String(decoding: result.output, as: UTF8.self))
      let shares = try #require(found["stage_shares"]?.object)
      #expect(
        shares.members.map(\.name) == [
          "conv_stack", "position_conv", "projections", "attention", "ffn", "norms", "rest",
        ])
      let values = shares.members.compactMap { $0.value.number }
      #expect(values.count == 7 && values.allSatisfy { $0 > 0 })
      #expect(abs(values.reduce(0, +) - 1) < 1e-9)
    }
  }

  @Test func `The commit is what the environment says`() throws {
    try withTemporaryFolder { folder in
      let subnet = try TinySubnet("min", in: folder)
      for (environment, expected) in [
        ([:], .null), (["LHB_COMMIT": ""], .null), (["LHB_COMMIT": "0123abc"], .string("0123abc")),
      ] as [([String: String], JSONValue)] {
        let result = runProgram(
          "lhb-bench", ["--json", "--seconds", "0.1", "--runs", "1", subnet.path], environment: environment)
        try #require(result.status == 0, "\(result.errors)")
        #expect(try JSONValue(parsing: String(decoding: result.output, as: UTF8.self))["commit"] == expected)
      }
    }
  }

  @Test func `Measurements of a sound file are a table`() throws {
    try withTemporaryFolder { folder in
      let subnet = try TinySubnet("min", in: folder)
      let sound = Fixture.path("golden/audio/frames-2.wav")
      let result = runProgram("lhb-bench", ["--audio", sound, "--runs", "1", subnet.path])
      let table = String(decoding: result.output, as: UTF8.self)
      #expect(result.status == 0 && table.contains("6 layers of width 64"))
      #expect(table.contains("median s") && table.contains("conv stack"))
    }
  }

  @Test(arguments: [
    [], ["--threads", "0", "m.lhb"], ["--runs", "0", "m.lhb"], ["--seconds", "0", "m.lhb"],
    ["--seconds", "1,,2", "m.lhb"], ["--seconds", "nan", "m.lhb"], ["--gemm", "mkl", "m.lhb"], ["a.lhb", "b.lhb"],
    ["--unknown", "m.lhb"], ["--audio", "a.wav", "--seconds", "1", "m.lhb"],
  ])
  func `A wrong argument is a fault of usage`(arguments: [String]) { expectUsageFault("lhb-bench", arguments) }

  @Test func `Bad input is one line that names the file`() throws {
    try withTemporaryFolder { folder in
      let subnet = try TinySubnet("min", in: folder)
      let short = Fixture.path("golden/audio/too-short.wav")
      for (arguments, status, file) in [
        ([folder + "/missing.lhb"], 66, folder + "/missing.lhb"),
        ([Fixture.path("golden/tiny.pt")], 65, "tiny.pt"),
        (["--audio", short, subnet.path], 65, short),
        (["--audio", folder + "/missing.wav", subnet.path], 66, folder + "/missing.wav"),
        (["--seconds", "0.001", "--runs", "1", subnet.path], 64, "--seconds"),
      ] as [([String], Int32, String)] {
        let result = runProgram("lhb-bench", arguments)
        #expect(result.status == status && result.output.isEmpty, "\(result.errors)")
        #expect(result.errors.contains(file) && result.errors.split(separator: "\n").count == 1, "\(result.errors)")
      }
    }
  }
}
