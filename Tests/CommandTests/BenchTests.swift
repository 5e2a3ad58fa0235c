import JSON
import TestSupport
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
      #expect(["baseline", "avx2", "avx512"].contains(found["instruction_set"]?.string))
      #expect(found["measurements"]?.array?.map { $0["frames"] } == [.integer(24), .integer(49)])
      let digest = runShell("sha256sum < \"$1\"", [subnet.path])
      #expect(found["model_sha256"]?.string == String(decoding: digest.output.prefix(64), as: UTF8.self))

      let sound = Fixture.path("golden/audio/frames-2.wav")
      let table = runProgram("lhb-bench", ["--audio", sound, "--runs", "1", subnet.path])
      #expect(table.status == 0 && String(decoding: table.output, as: UTF8.self).contains("6 layers of width 64"))
    }
  }

  @Test(arguments: [
    [], ["--threads", "0", "m.lhb"], ["--runs", "0", "m.lhb"], ["--seconds", "0", "m.lhb"],
    ["--seconds", "1,,2", "m.lhb"], ["--seconds", "nan", "m.lhb"], ["--gemm", "mkl", "m.lhb"], ["a.lhb", "b.lhb"],
    ["--unknown", "m.lhb"],
  ])
  func `A wrong argument is a fault of usage`(arguments: [String]) {
    let result = runProgram("lhb-bench", arguments)
    #expect(result.status == 64 && result.output.isEmpty)
    #expect(result.errors.split(separator: "\n").count == 1 && result.errors.hasPrefix("lhb-bench: error: "))
  }

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
