import LHJSON
import LHTestSupport
import Testing

@Suite struct InspectedFileTests {
  static let subnet = Fixture.path("versions/v1-tiny-min.lhb")

  private func json(_ path: String) throws -> JSONValue {
    let result = runProgram("lhb-inspect", ["--json", path])
    try #require(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
    return try JSONValue(parsing: result.output)
  }

  @Test func `A subnet file as JSON`() throws {
    let file = try json(Self.subnet)
    #expect(file["kind"] == .string("subnet"))
    #expect(file["format_version"] == .integer(1))
    #expect(file["size"]?.integer == readBytes(Self.subnet).count)
    #expect(file["architecture"]?["embed_dim"] == .integer(64))
    #expect(file["config"]?["encoder_embed_dim"] == .integer(128))
    #expect(file["search_spaces"] == .array([]))
    #expect(file["verified"] == .bool(true))
    #expect(file["provenance"]?["date"] == .string("2026-01-31T12:00:00Z"))
    let expected = try JSONValue(parsing: readBytes(Fixture.path("golden/expected/params.json")))
    #expect(file["parameters"] == expected["tiny-min"])
    let tensors = try #require(file["tensors"]?.array)
    #expect(tensors.count == 113)
    #expect(tensors.allSatisfy { $0["sound"] == .bool(true) })
    #expect(tensors[0]["name"] == .string("feature_extractor.conv_layers.0.0.weight"))
    #expect(tensors[0]["shape"] == .array([.integer(32), .integer(1), .integer(10)]))
    #expect(tensors[0]["dtype"] == .string("float32"))
    #expect(tensors[0]["encoding"] == .string("raw"))
  }

  @Test func `A subnet file as a table`() {
    let result = runProgram("lhb-inspect", [Self.subnet])
    #expect(result.status == 0 && result.errors.isEmpty)
    let text = String(decoding: result.output, as: UTF8.self)
    for words in [
      ".lhb version 1", "6 layers of width 64", "outside the published spaces", "all right: header and 113 tensors",
      "tiny.pt, 10.3 MB", "2026-01-31T12:00:00Z by lhb-extract 0.1.0", "encoder.pos_conv.0.weight",
    ] {
      #expect(text.contains(words), "\(words) in \(text)")
    }
    #expect(text.split(separator: "\n").count { $0.hasSuffix("sound") } == 113)
  }

  @Test func `An int8 file shows its types and outliers`() throws {
    let path = Fixture.path("versions/v2-tiny-min-int8.lhb")
    let file = try json(path)
    #expect(file["format_version"] == .integer(2) && file["provenance"]?["weights"] == .string("int8"))
    for (type, count) in [("int8", 41), ("bfloat16", 2), ("float16", 2), ("float32", 68)] {
      #expect(file["element_types"]?[type]?["tensors"] == .integer(count), "\(type)")
    }
    let tensors = try #require(file["tensors"]?.array)
    let sizes = tensors.reduce(0) { $0 + ($1["dtype"] == .string("int8") ? $1["size"]?.integer ?? 0 : 0) }
    #expect(file["element_types"]?["int8"]?["size"] == .integer(sizes))
    for tensor in tensors {
      #expect((tensor["outliers"] != nil) == (tensor["dtype"] == .string("int8")))
      if tensor["name"] == .string("post_extract_proj.weight") {
        #expect(tensor["outliers"] == .array([.integer(0), .integer(31)]))
      }
    }
    let result = runProgram("lhb-inspect", [path])
    let text = String(decoding: result.output, as: UTF8.self)
    for words in [
      ".lhb version 2", "41 tensors as int8", "12 outliers)", "int8, 3 outliers", "int8, 1 outlier ", "weights int8",
    ] {
      #expect(text.contains(words), "\(words) in \(text)")
    }
  }

  @Test(arguments: [
    ("tiny", "zip", "default"), ("tiny-legacy", "legacy", "default"), ("tiny-layernorm", "zip", "layer_norm"),
  ]) func `A checkpoint as JSON`(name: String, container: String, mode: String) throws {
    let path = Fixture.path("golden/\(name).pt")
    let file = try json(path)
    #expect(file["kind"] == .string("checkpoint"))
    #expect(file["is_supernet"] == .bool(true))
    #expect(file["container"] == .string(container))
    #expect(file["config"]?["extractor_mode"] == .string(mode))
    #expect(file["config"]?["encoder_embed_dim"] == .integer(128))
    let tensors = try #require(file["tensors"]?.array)
    #expect(tensors.contains { $0["name"] == .string("encoder.pos_conv.0.weight_g") })
    #expect(tensors.allSatisfy { $0["dtype"] == .string("float32") })
  }

  @Test func `A checkpoint as a table`() {
    let result = runProgram("lhb-inspect", [Fixture.path("golden/tiny-fp16.pt")])
    #expect(result.status == 0 && result.errors.isEmpty)
    let text = String(decoding: result.output, as: UTF8.self)
    for words in ["PyTorch checkpoint (zip)", "12 layers of width 128", "extractor_mode default", "float16"] {
      #expect(text.contains(words), "\(words) in \(text)")
    }
  }

  @Test func `A checkpoint of something else is shown, and that it is no supernet`() throws {
    let file = try json(Fixture.path("checkpoints/views.pt"))
    #expect(file["is_supernet"] == .bool(false))
    #expect(file["problem"]?.string?.isEmpty == false)
  }

  @Test func `Damage is shown, and is an error`() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/damaged.lhb"
      var bytes = readBytes(Self.subnet)
      bytes[bytes.count - 100] ^= 1
      writeBytes(bytes, to: path)
      let result = runProgram("lhb-inspect", ["--json", path])
      #expect(result.status == 65)
      #expect(result.errors.hasPrefix("lhb-inspect: error: \(path): tensor "), "\(result.errors)")
      #expect(result.errors.split(separator: "\n").count == 1)
      let file = try JSONValue(parsing: result.output)
      #expect(file["verified"] == .bool(false))
      #expect(file["tensors"]?.array?.count { $0["sound"] == .bool(false) } == 1)

      let unverified = runProgram("lhb-inspect", ["--no-verify", path])
      #expect(unverified.status == 0 && unverified.errors.isEmpty)
      #expect(String(decoding: unverified.output, as: UTF8.self).contains("not checked"))
    }
  }

  @Test func `A file that cannot be read is one line`() {
    withTemporaryFolder { folder in
      let bytes = readBytes(Self.subnet)
      var newer = bytes
      newer[8] = 4
      var changed = bytes
      changed[40] ^= 1
      let cases: [(name: String, bytes: [UInt8], word: String)] = [
        ("newer", newer, "version 4"), ("changed", changed, "header is damaged"), ("empty", [], "empty"),
        ("cut", Array(bytes[..<1000]), "cut off"), ("long", bytes + [0], "appended"),
        ("text", Array("hello\n".utf8), "expected a .lhb file, a PyTorch checkpoint, a safetensors"),
      ]
      for (name, bytes, word) in cases {
        let path = "\(folder)/\(name)"
        writeBytes(bytes, to: path)
        let result = runProgram("lhb-inspect", [path])
        #expect(result.status == 65 && result.output.isEmpty, "\(result.errors)")
        #expect(result.errors.hasPrefix("lhb-inspect: error: \(path): "), "\(result.errors)")
        #expect(result.errors.contains(word), "\(result.errors)")
        #expect(result.errors.split(separator: "\n").count == 1, "\(result.errors)")
      }
      #expect(runProgram("lhb-inspect", [folder + "/none"]).status == 66)
      #expect(runProgram("lhb-inspect", [folder]).status == 66)
      #expect(runProgram("lhb-inspect", []).status == 64)
    }
  }

  @Test func `Control characters of a name do not reach the terminal`() {
    let result = runProgram("lhb-inspect", ["/no\u{1b}[31m\nfile"])
    #expect(result.status == 66)
    #expect(!result.errors.contains("\u{1b}") && result.errors.split(separator: "\n").count == 1)
  }

  @Test func `A closed pipe ends the program quietly`() {
    let result = runShell("(sleep 0.2; lhb-inspect \"$1\"; echo $? >&2) | true", [Self.subnet])
    // As SIGPIPE ends any program.
    #expect(result.errors == "141\n")
  }

  @Test func `A full disk behind standard output is an error`() {
    let result = runShell("lhb-inspect \"$1\" > /dev/full", [Self.subnet])
    #expect(result.status == 74)
    #expect(
      result.errors == "lhb-inspect: error: standard output: cannot be written: No space left on device\n")
  }
}
