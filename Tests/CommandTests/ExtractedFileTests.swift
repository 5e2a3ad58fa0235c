import LHJSON
import LHTestSupport
import Testing

@Suite struct ExtractedFileTests {
  @Test func `A float16 checkpoint gives what rounding to float16 gives`() throws {
    try withTemporaryFolder { folder in
      var half = try tensors(folder, of: "tiny-fp16")
      var rounded = try tensors(folder, of: "tiny", ["--weights", "f16"])
      #expect(half.count == rounded.count)
      // This one is computed from two rounded tensors.
      let folded = "encoder.pos_conv.0.weight"
      #expect(half.removeValue(forKey: folded)?["dtype"] == .string("float32"))
      #expect(rounded.removeValue(forKey: folded)?["dtype"] == .string("float16"))
      for (name, tensor) in half {
        #expect(tensor["dtype"] == .string("float16"), "\(name)")
        #expect(tensor["xxh64"] == rounded[name]?["xxh64"], "\(name)")
      }
    }
  }

  @Test func `--weights f16 says the largest error, and f32 has none`() {
    withTemporaryFolder { folder in
      let half = extract(["--weights", "f16"], to: folder + "/half.lhb")
      #expect(half.status == 0)
      #expect(half.errors.contains("lossy: the largest error is "), "\(half.errors)")
      let single = extract(["--weights", "f32"], of: "tiny-fp16", to: folder + "/single.lhb")
      #expect(single.status == 0)
      #expect(single.errors.contains("113 tensors as float32"), "\(single.errors)")
      #expect(single.errors.contains("every weight is stored unchanged"), "\(single.errors)")
    }
  }

  @Test func `The same input and date give the same bytes as ever`() {
    withTemporaryFolder { folder in
      let date = ["SOURCE_DATE_EPOCH": "1769860800"]
      #expect(extract([], to: folder + "/a.lhb", environment: date).status == 0)
      #expect(extract([], to: folder + "/b.lhb", environment: date).status == 0)
      #expect(readBytes(folder + "/a.lhb") == readBytes(folder + "/b.lhb"))
      #expect(readBytes(folder + "/a.lhb") == readBytes(Fixture.path("versions/v1-tiny-min.lhb")))
    }
  }

  @Test func `--default installs the user's model`() {
    withTemporaryFolder { folder in
      let data = ["XDG_DATA_HOME": folder + "/data"]
      let installed = folder + "/data/lighthubert/default.lhb"
      #expect(extract(["--default"], to: nil, environment: data).status == 0)
      let bytes = readBytes(installed)
      // Neither is written when one of the two may not be.
      #expect(extract(["--default"], to: folder + "/out.lhb", environment: data).status == 73)
      #expect(filesInFolder(folder) == ["data"])
      #expect(extract(["--default", "--force"], to: folder + "/out.lhb", environment: data).status == 0)
      #expect(readBytes(folder + "/out.lhb").count == bytes.count)
      #expect(readBytes(folder + "/out.lhb") == readBytes(installed))

      // A relative path is to be ignored, says the specification.
      let home = ["XDG_DATA_HOME": "relative", "HOME": folder]
      #expect(extract(["--default"], to: nil, environment: home).status == 0)
      #expect(readBytes(folder + "/.local/share/lighthubert/default.lhb").count == bytes.count)
      #expect(extract(["--default"], to: nil).status == 64)
    }
  }

  private func extract(
    _ options: [String], of checkpoint: String = "tiny", to path: String?, environment: [String: String] = [:]
  ) -> ProgramResult {
    runProgram(
      "lhb-extract",
      options + ["--arch", Fixture.path("golden/arch-min.json"), Fixture.path("golden/\(checkpoint).pt")]
        + (path.map { [$0] } ?? []), environment: environment)
  }

  /// What lhb-inspect says of an extracted file.
  private func inspect(
    _ folder: String, _ name: String, of checkpoint: String = "tiny", _ options: [String]
  ) throws -> JSONValue {
    let path = "\(folder)/\(name).lhb"
    let result = extract(options, of: checkpoint, to: path)
    try #require(result.status == 0, "\(result.errors)")
    let text = runProgram("lhb-inspect", ["--json", path])
    try #require(text.status == 0, "\(text.errors)")
    return try JSONValue(parsing: text.output)
  }

  private func tensors(
    _ folder: String, of checkpoint: String, _ options: [String] = []
  ) throws -> [String: JSONValue] {
    let file = try inspect(folder, checkpoint, of: checkpoint, options)
    var tensors: [String: JSONValue] = [:]
    for tensor in try #require(file["tensors"]?.array) { tensors[tensor["name"]?.string ?? ""] = tensor }
    return tensors.mapValues { tensor in
      .object(["dtype": tensor["dtype"] ?? .null, "shape": tensor["shape"] ?? .null, "xxh64": tensor["xxh64"] ?? .null])
    }
  }
}
