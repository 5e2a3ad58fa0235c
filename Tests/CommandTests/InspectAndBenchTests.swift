import JSON
import TestSupport
import Testing

@Suite struct InspectTests {
  @Test(arguments: ["max", "mixed", "min", "sliding"])
  func `The parameters are the published count`(architecture: String) throws {
    let counts = try JSONValue(parsing: readBytes(Fixture.path("golden/expected/params.json")))
    try withTemporaryFolder { folder in
      let subnet = try TinySubnet(architecture, in: folder)
      let result = runProgram("lhb-inspect", ["--json", subnet.path])
      #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
      let json = try JSONValue(parsing: result.output)
      #expect(json["parameters"]?["total"] ?? json["parameters"] == counts["tiny-\(architecture)"])
      #expect(json["tensors"]?.array?.isEmpty == false)
      let table = runProgram("lhb-inspect", [subnet.path])
      #expect(
        table.status == 0 && String(decoding: table.output, as: UTF8.self).contains("encoder.layers.0.fc1.weight"))
    }
  }

  @Test(arguments: ["tiny", "tiny-legacy", "tiny-layernorm", "tiny-deeppos"])
  func `A checkpoint's tensors are listed`(checkpoint: String) throws {
    let result = runProgram("lhb-inspect", ["--json", Fixture.path("golden/\(checkpoint).pt")])
    #expect(result.status == 0, "\(result.errors)")
    let json = try JSONValue(parsing: result.output)
    let names = json["tensors"]?.array?.compactMap { $0["name"]?.string } ?? []
    #expect(names.contains("encoder.layers.11.fc2.bias"))
    let table = runProgram("lhb-inspect", [Fixture.path("golden/\(checkpoint).pt")])
    #expect(String(decoding: table.output, as: UTF8.self).contains("encoder.layers.11.fc2.bias"))
  }

  @Test func `Damage is told and is a fault`() throws {
    try withTemporaryFolder { folder in
      let subnet = try TinySubnet("min", in: folder)
      var bytes = readBytes(subnet.path)
      bytes[bytes.count - 5000] ^= 0x10
      writeBytes(bytes, to: subnet.path)
      let result = runProgram("lhb-inspect", [subnet.path])
      #expect(result.status == 65 && result.errors.contains(subnet.path), "\(result.errors)")
      #expect(String(decoding: result.output, as: UTF8.self).contains("DAMAGED"))
    }
  }

  @Test func `What is neither is refused`() throws {
    withTemporaryFolder { folder in
      writeBytes(Array("hello".utf8), to: folder + "/x.bin")
      let other = runProgram("lhb-inspect", [folder + "/x.bin"])
      #expect(other.status == 65 && other.errors.contains("x.bin"), "\(other.errors)")
      let missing = runProgram("lhb-inspect", [folder + "/y.bin"])
      #expect(missing.status == 66 && missing.output.isEmpty, "\(missing.errors)")
    }
  }
}

@Suite struct BenchTests {
  @Test func `Measurements are one JSON object`() throws {
    try withTemporaryFolder { folder in
      let subnet = try TinySubnet("min", in: folder)
      let result = runProgram(
        "lhb-bench", ["--json", "--seconds", "0.5,1", "--runs", "2", "--threads", "2", subnet.path])
      #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
      let json = try JSONValue(parsing: result.output)
      #expect((json["median_s"]?.number ?? 0) > 0 && json["frames"] == .integer(49) && json["threads"] == .integer(2))
      #expect(json["measurements"]?.array?.count == 2 && json["model_sha256"]?.string?.count == 64)
      #expect((json["peak_gflops_per_core"]?.number ?? 0) > 0 && json["instruction_set"]?.string != nil)
      let audio = runProgram(
        "lhb-bench", ["--audio", Fixture.path("golden/audio/speech-b.wav"), "--runs", "1", subnet.path])
      #expect(audio.status == 0 && String(decoding: audio.output, as: UTF8.self).contains("GFLOP/s"))
    }
  }

  @Test(
    arguments: [
      ([], 64), (["--runs", "0", "m.lhb"], 64), (["--seconds", "0", "m.lhb"], 64), (["--seconds", "1,x", "m.lhb"], 64),
      (["--precision", "f8", "m.lhb"], 64), (["--threads", "0", "m.lhb"], 64), (["/nowhere/m.lhb"], 66),
    ] as [([String], Int32)])
  func `Wrong arguments are refused in one line`(arguments: [String], status: Int32) {
    let result = runProgram("lhb-bench", arguments)
    #expect(result.status == status && result.output.isEmpty, "\(result.errors)")
    #expect(result.errors.split(separator: "\n").count == 1, "\(result.errors)")
  }
}

@Suite struct HelpTests {
  @Test(arguments: ["lhb-extract", "lhb-features", "lhb-inspect", "lhb-bench"])
  func `Help has examples, and there is a version`(program: String) {
    let help = runProgram(program, ["--help"])
    let text = String(decoding: help.output, as: UTF8.self)
    #expect(help.status == 0 && help.errors.isEmpty && text.contains("Examples:") && text.contains("  \(program) "))
    let version = runProgram(program, ["--version"])
    #expect(version.status == 0 && version.output.count >= 6)
  }
}
