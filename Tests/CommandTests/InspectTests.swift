import LHJSON
import LHTestSupport
import Testing

@Suite struct InspectTests {
  private func json(_ path: String, status: Int32 = 0) throws -> JSONValue {
    let result = runProgram("lhb-inspect", ["--json", path])
    #expect(result.status == status, "\(result.errors)")
    return try JSONValue(parsing: String(decoding: result.output, as: UTF8.self))
  }

  private func counts() throws -> JSONValue {
    try JSONValue(
      parsing: String(decoding: readBytes(Fixture.path("golden/expected/params.json")), as: UTF8.self))
  }

  @Test(arguments: [
    ("tiny", "max"), ("tiny", "mixed"), ("tiny", "min"), ("tiny", "sliding"), ("tiny-layernorm", "mixed"),
    ("tiny-deeppos", "mixed"), ("tiny-deeppos", "min"),
  ])
  func `A subnet has the parameters that the published code counts`(checkpoint: String, architecture: String) throws {
    try withTemporaryFolder { folder in
      let subnet = try TinySubnet(of: checkpoint, architecture, in: folder)
      let found = try json(subnet.path)
      let expected = try #require(try counts()["\(checkpoint)-\(architecture)"]?.integer)
      #expect(found["parameters"] == .integer(expected))
      #expect(found["kind"] == .string("subnet") && found["verified"] == .bool(true))
      #expect(found["provenance"]?["source"] == .string("\(checkpoint).pt"))
      let given = readBytes(Fixture.path("golden/arch-\(architecture).json"))
      #expect(found["architecture"] == (try JSONValue(parsing: String(decoding: given, as: UTF8.self))))
      #expect(found["tensors"]?.array?.allSatisfy { $0["sound"] == .bool(true) } == true)
      #expect((found["macs_per_second"]?.integer ?? 0) > 0)
    }
  }

  @Test(arguments: [("tiny", "zip"), ("tiny-legacy", "legacy")])
  func `A checkpoint shows its configuration and tensors`(checkpoint: String, container: String) throws {
    let path = Fixture.path("golden/\(checkpoint).pt")
    let found = try json(path)
    #expect(found["kind"] == .string("checkpoint") && found["is_supernet"] == .bool(true))
    #expect(found["container"]?.string?.contains(container) == true, "\(String(describing: found["container"]))")
    #expect(found["parameters"] == (try counts()["tiny-max"]))
    #expect(found["config"]?["encoder_layers"] == .integer(12))
    let tensor = found["tensors"]?.array?.first { $0["name"] == .string("encoder.layers.0.fc1.weight") }
    #expect(tensor?["shape"] == .array([.integer(512), .integer(128)]) && tensor?["dtype"] == .string("float32"))
  }

  @Test func `The tables say the same`() throws {
    try withTemporaryFolder { folder in
      let subnet = try TinySubnet("mixed", in: folder)
      for (path, words) in [
        (subnet.path, ["1,129,168", "all right", "tiny.pt", "encoder.layers.9.fc2.bias", "sound"]),
        (Fixture.path("golden/tiny.pt"), ["2,531,904", "PyTorch checkpoint", "encoder.layers.11.fc2.bias", "float32"]),
      ] {
        let result = runProgram("lhb-inspect", [path])
        #expect(result.status == 0 && result.errors == "")
        let text = String(decoding: result.output, as: UTF8.self)
        for word in words { #expect(text.contains(word), "\(text)") }
      }
    }
  }

  @Test func `A damaged tensor is shown, and is bad data`() throws {
    try withTemporaryFolder { folder in
      let subnet = try TinySubnet("min", in: folder)
      let entries = try #require(try json(subnet.path)["tensors"]?.array)
      let chosen = entries[entries.count / 2]
      let name = try #require(chosen["name"]?.string)
      var bytes = readBytes(subnet.path)
      bytes[try #require(chosen["offset"]?.integer) + 1] ^= 4
      let path = folder + "/damaged.lhb"
      writeBytes(bytes, to: path)

      let found = try json(path, status: 65)
      #expect(found["verified"] == .bool(false))
      let unsound = found["tensors"]?.array?.filter { $0["sound"] == .bool(false) }.map { $0["name"] }
      #expect(unsound == [.string(name)])
      let table = runProgram("lhb-inspect", [path])
      #expect(table.status == 65 && String(decoding: table.output, as: UTF8.self).contains("DAMAGED"))
      #expect(table.errors.hasPrefix("lhb-inspect: error: \(path): ") && table.errors.contains(name))
      #expect(table.errors.split(separator: "\n").count == 1)
      #expect(runProgram("lhb-inspect", ["--no-verify", path]).status == 0)
    }
  }

  @Test func `What cannot be inspected is one line`() throws {
    try withTemporaryFolder { folder in
      let subnet = try TinySubnet("min", in: folder)
      writeBytes(Array("hello".utf8), to: folder + "/text")
      writeBytes([], to: folder + "/empty")
      let bytes = readBytes(subnet.path)
      writeBytes(Array(bytes[..<(bytes.count / 2)]), to: folder + "/cut.lhb")
      writeBytes(bytes + [0], to: folder + "/long.lhb")
      for (path, status) in [
        (folder + "/text", 65), (folder + "/empty", 65), (folder + "/cut.lhb", 65), (folder + "/long.lhb", 65),
        (folder + "/missing", 66), (folder, 66),
      ] as [(String, Int32)] {
        let result = runProgram("lhb-inspect", [path])
        #expect(result.status == status && result.output.isEmpty, "\(result.errors)")
        #expect(result.errors.hasPrefix("lhb-inspect: error: \(path): "), "\(result.errors)")
        #expect(result.errors.split(separator: "\n").count == 1, "\(result.errors)")
      }
      #expect(runProgram("lhb-inspect", []).status == 64)
      let full = runShell("lhb-inspect \"$1\" > /dev/full", [subnet.path])
      #expect(full.status == 74 && full.errors.split(separator: "\n").count == 1, "\(full.errors)")
    }
  }
}
