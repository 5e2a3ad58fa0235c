import JSON
import TestSupport
import Testing

@Suite struct ExtractTests {
  private let checkpoint = Fixture.path("golden/tiny.pt")
  private let mixed = Fixture.path("golden/arch-mixed.json")
  private let dated = ["SOURCE_DATE_EPOCH": "1769860800"]

  private func extract(
    _ arguments: [String], input: String = "/dev/null", environment: [String: String] = [:]
  ) -> ProgramResult {
    runProgram("lhb-extract", arguments, input: input, environment: environment)
  }

  /// Checksums of all stored tensors, in order.
  private func checksums(_ path: String) throws -> [JSONValue] {
    let result = runProgram("lhb-inspect", ["--json", path])
    try #require(result.status == 0, "\(result.errors)")
    let tensors = try #require(try JSONValue(parsing: result.output)["tensors"]?.array)
    return tensors.map { $0["xxh64"] ?? .null }
  }

  @Test func `The summary tells what was cut, and standard output stays empty`() throws {
    withTemporaryFolder { folder in
      let result = extract(["--arch", mixed, checkpoint, folder + "/a.lhb"])
      #expect(result.status == 0 && result.output.isEmpty)
      let words = ["10 layers of width 96", "outside the published spaces", "1,129,168", "not normalised", "float32"]
      for word in words { #expect(result.errors.contains(word), "\(result.errors)") }
      #expect(extract(["--quiet", "--arch", mixed, checkpoint, folder + "/b.lhb"]).errors.isEmpty)
      #expect(filesInFolder(folder) == ["a.lhb", "b.lhb"])
    }
  }

  @Test func `Both containers give the same tensors, and the same bytes twice`() throws {
    try withTemporaryFolder { folder in
      for (name, source) in [("a", "tiny"), ("again", "tiny"), ("legacy", "tiny-legacy")] {
        let result = extract(
          ["--arch", mixed, Fixture.path("golden/\(source).pt"), "\(folder)/\(name).lhb"], environment: dated)
        #expect(result.status == 0, "\(result.errors)")
      }
      #expect(readBytes(folder + "/a.lhb") == readBytes(folder + "/again.lhb"))
      let zipped = try checksums(folder + "/a.lhb")
      let legacy = try checksums(folder + "/legacy.lhb")
      #expect(zipped == legacy && zipped.count > 100)
    }
  }

  @Test func `Every form of an architecture gives the same subnet`() throws {
    let text = String(decoding: readBytes(mixed), as: UTF8.self)
    let json = try JSONValue(parsing: text)
    let yaml = try #require(json.object).members
      .map { "  \($0.name): \($0.value.text(pretty: true))\n" }.joined()
    let forms = [
      ("plain.json", text), ("wrapped.json", "{\"subnet\": \(text)}"),
      ("architecture.json", "{\"architecture\": \(text)}"),
      ("line.jsonl", json.text() + "\n"), ("config.yaml", "supernet:\n  embed_dim: 128\nsubnet:\n" + yaml),
    ]
    withTemporaryFolder { folder in
      for (name, contents) in forms {
        writeBytes(Array(contents.utf8), to: "\(folder)/\(name)")
        let result = extract(["--arch", "\(folder)/\(name)", checkpoint, "\(folder)/\(name).lhb"], environment: dated)
        #expect(result.status == 0, "\(name): \(result.errors)")
        #expect(readBytes("\(folder)/\(name).lhb") == readBytes("\(folder)/plain.json.lhb"), "\(name)")
      }
      let result = extract(
        ["--arch", "-", checkpoint, folder + "/piped.lhb"], input: folder + "/line.jsonl", environment: dated)
      #expect(result.status == 0, "\(result.errors)")
      #expect(readBytes(folder + "/piped.lhb") == readBytes(folder + "/plain.json.lhb"))
    }
  }

  @Test func `Lossy weights say by how much`() throws {
    withTemporaryFolder { folder in
      let half = extract(["--weights", "f16", "--arch", mixed, checkpoint, folder + "/half.lhb"])
      #expect(half.status == 0 && half.errors.contains("largest error"), "\(half.errors)")
      let full = extract(["--weights", "f32", "--arch", mixed, checkpoint, folder + "/full.lhb"])
      #expect(full.status == 0 && full.errors.contains("none"), "\(full.errors)")
      #expect(readBytes(folder + "/half.lhb").count * 2 < readBytes(folder + "/full.lhb").count + 100_000)
    }
  }

  @Test func `Values that halves hold are stored as halves`() throws {
    withTemporaryFolder { folder in
      let result = extract(["--arch", mixed, Fixture.path("golden/tiny-fp16.pt"), folder + "/a.lhb"])
      #expect(result.status == 0 && result.errors.contains("float16"), "\(result.errors)")
      #expect(result.errors.contains("none, every weight is stored unchanged"), "\(result.errors)")
    }
  }

  @Test func `Compression changes the file and no feature`() throws {
    withTemporaryFolder { folder in
      let speech = Fixture.path("golden/audio/speech-b.wav")
      var features: [[UInt8]] = []
      for level in ["0", "3"] {
        let path = "\(folder)/\(level).lhb"
        #expect(extract(["--compress", level, "--arch", mixed, checkpoint, path]).status == 0)
        features.append(runProgram("lhb-features", ["--model", path, speech]).output)
      }
      #expect(readBytes(folder + "/3.lhb").count < readBytes(folder + "/0.lhb").count)
      #expect(features[0] == features[1] && !features[0].isEmpty)
    }
  }

  @Test func `An existing file is replaced only when asked for`() throws {
    withTemporaryFolder { folder in
      let path = folder + "/a.lhb"
      writeBytes([1, 2, 3], to: path)
      let refused = extract(["--arch", mixed, checkpoint, path])
      #expect(refused.status == 73 && refused.errors.contains("--force"), "\(refused.errors)")
      #expect(readBytes(path) == [1, 2, 3])
      #expect(extract(["--force", "--arch", mixed, checkpoint, path]).status == 0)
      #expect(readBytes(path).count > 1000 && filesInFolder(folder) == ["a.lhb"])
    }
  }

  @Test func `The default model is found by lhb-features`() throws {
    withTemporaryFolder { folder in
      let home = ["XDG_DATA_HOME": folder]
      let result = extract(["--default", "--arch", mixed, checkpoint], environment: home)
      #expect(result.status == 0, "\(result.errors)")
      #expect(filesInFolder(folder + "/lighthubert") == ["default.lhb"])
      let features = runProgram("lhb-features", [Fixture.path("golden/audio/frames-2.wav")], environment: home)
      #expect(features.status == 0 && features.output.count == 128 + 2 * 96 * 4, "\(features.errors)")
    }
  }
}
