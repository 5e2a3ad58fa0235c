import JSON
import TestSupport
import Testing

/// Whatever is wrong: one line that names the file, the right status, and no file left behind.
@Suite struct ExtractFaultTests {
  private let mixed = Fixture.path("golden/arch-mixed.json")
  private let checkpoint = Fixture.path("golden/tiny.pt")

  private func expectRefusal(
    _ result: ProgramResult, status: Int32, naming words: String..., sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(result.status == status, "\(result.errors)", sourceLocation: sourceLocation)
    #expect(result.output.isEmpty, sourceLocation: sourceLocation)
    #expect(result.errors.hasPrefix("lhb-extract: error: "), "\(result.errors)", sourceLocation: sourceLocation)
    #expect(result.errors.split(separator: "\n").count == 1, "\(result.errors)", sourceLocation: sourceLocation)
    for word in words {
      #expect(result.errors.contains(word), "\(word): \(result.errors)", sourceLocation: sourceLocation)
    }
  }

  @Test(arguments: [
    [], ["a.pt", "b.lhb"], ["--arch", "small-min", "a.pt"],
    ["--arch", "small-min", "--compress", "20", "a.pt", "b.lhb"],
    ["--arch", "small-min", "--weights", "f8", "a.pt", "b.lhb"], ["--arch", "small-min", "--fast", "a.pt", "b.lhb"],
  ])
  func `A wrong argument is a fault of usage`(arguments: [String]) {
    expectRefusal(runProgram("lhb-extract", arguments), status: 64)
  }

  @Test func `A bad checkpoint`() throws {
    let whole = readBytes(checkpoint)
    withTemporaryFolder { folder in
      let files: [(String, [UInt8]?, Int32, String)] = [
        ("missing.pt", nil, 66, "No such file"), ("empty.pt", [], 65, "empty"),
        ("text.pt", Array("version https://git-lfs.github.com/spec/v1\n".utf8), 65, "not a PyTorch checkpoint"),
        ("image.pt", [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d], 65, "not a PyTorch checkpoint"),
        ("cut-1.pt", Array(whole[..<3]), 65, ""), ("cut-2.pt", Array(whole[..<1000]), 65, "truncated"),
        ("cut-3.pt", Array(whole[..<(whole.count / 2)]), 65, "truncated"),
        ("cut-4.pt", Array(whole[..<(whole.count - 1)]), 65, "truncated"),
      ]
      for (name, bytes, status, word) in files {
        let path = "\(folder)/\(name)"
        if let bytes { writeBytes(bytes, to: path) }
        let before = filesInFolder(folder)
        let result = runProgram("lhb-extract", ["--arch", mixed, path, folder + "/out.lhb"])
        expectRefusal(result, status: status, naming: path, word)
        #expect(filesInFolder(folder) == before, "\(name)")
      }
      expectRefusal(
        runProgram("lhb-extract", ["--arch", mixed, folder, folder + "/out.lhb"]), status: 66, naming: folder)
    }
  }

  @Test func `Tensors that are missing, misshapen, or contradict the configuration`() throws {
    withTemporaryFolder { folder in
      var writer = CheckpointWriter()
      writer.configuration = ["model": ["extractor_mode": .string("layer_norm")]].checkpointConfiguration
      writer.addTensor("layer_norm.weight", Array(repeating: 1, count: 5), shape: [5])
      writer.addTensor("feature_extractor.conv_layers.0.2.weight", Array(repeating: 1, count: 512), shape: [512])
      let path = folder + "/odd.pt"
      writer.write(to: path)
      let result = runProgram("lhb-extract", ["--arch", "small-min", path, folder + "/out.lhb"])
      expectRefusal(result, status: 65, naming: path)
      #expect(filesInFolder(folder) == ["odd.pt"])
    }
  }

  @Test func `A bad architecture`() throws {
    withTemporaryFolder { folder in
      let files: [(String, String?, Int32, String)] = [
        ("missing.json", nil, 66, "No such file"), ("broken.json", "{\"embed_dim\": 96,", 65, ""),
        ("twice.json", "{\"embed_dim\": 96, \"embed_dim\": 64}", 65, "second time"),
        ("broken.yaml", "subnet: [1, 2", 65, ""), ("empty.json", "", 65, ""),
        ("typo.json", "{\"embed_dim\": 96, \"head_num\": [1], \"layer_num\": 12}", 65, "head_num"),
        (
          "large.json",
          "{\"embed_dim\": 97, \"heads_num\": [3,1,1,1,1,1], \"ffn_embed\": [9999,64,64,64,64,64], \"layer_num\": 6}",
          65,
          "heads_num[0] is 3"
        ),
      ]
      for (name, text, status, word) in files {
        let path = "\(folder)/\(name)"
        if let text { writeBytes(Array(text.utf8), to: path) }
        let before = filesInFolder(folder)
        let result = runProgram("lhb-extract", ["--arch", path, checkpoint, folder + "/out.lhb"])
        expectRefusal(result, status: status, naming: path, word)
        #expect(filesInFolder(folder) == before, "\(name)")
      }
      let named = runProgram("lhb-extract", ["--arch", "base-max", checkpoint, folder + "/out.lhb"])
      expectRefusal(named, status: 65, naming: "base-max", "embed_dim is 768", "ffn_embed[11] is 3072")
      let unknown = runProgram("lhb-extract", ["--arch", "huge", checkpoint, folder + "/out.lhb"])
      expectRefusal(unknown, status: 64, naming: "huge", "small-min")
    }
  }

  @Test func `An output that cannot be written`() throws {
    withTemporaryFolder { folder in
      for target in [folder + "/none/out.lhb", folder, "/dev/null"] {
        expectRefusal(
          runProgram("lhb-extract", ["--arch", mixed, checkpoint, target]), status: 73, naming: target)
      }
      // A limit on the size of files is as good as a full disk: the write that passes it fails.
      let full = runShell(
        "ulimit -f 1000; exec lhb-extract --arch \"$1\" \"$2\" \"$3\"", [mixed, checkpoint, folder + "/out.lhb"])
      expectRefusal(full, status: 74, naming: folder + "/out.lhb")
      #expect(filesInFolder(folder).isEmpty)
    }
  }
}

extension [String: [String: JSONValue]] {
  /// As a checkpoint's configuration.
  fileprivate var checkpointConfiguration: JSONValue {
    var object = JSONObject()
    for (name, members) in self {
      var part = JSONObject()
      for (key, value) in members { part[key] = value }
      object[name] = .object(part)
    }
    return .object(object)
  }
}
