import LHJSON
import LHTestSupport
import Testing

@Suite struct ExtractTests {
  let tiny = Fixture.path("golden/tiny.pt")
  let mixed = Fixture.path("golden/arch-mixed.json")

  private func extract(_ arguments: String...) -> ProgramResult { runProgram("lhb-extract", arguments) }

  private func tensors(_ path: String) throws -> [JSONValue] {
    let result = runProgram("lhb-inspect", ["--json", path])
    try #require(result.status == 0, "\(result.errors)")
    return try #require(try JSONValue(parsing: String(decoding: result.output, as: UTF8.self))["tensors"]?.array)
  }

  @Test func `What was done is said on standard error only`() {
    withTemporaryFolder { folder in
      let path = folder + "/a.lhb"
      let result = extract("--arch", mixed, tiny, path)
      #expect(result.status == 0 && result.output.isEmpty, "\(result.errors)")
      for words in ["10 layers of width 96", "1,129,168", "stored unchanged", path] {
        #expect(result.errors.contains(words), "\(result.errors)")
      }
      let quiet = extract("--quiet", "--arch", mixed, tiny, folder + "/b.lhb")
      #expect(quiet.status == 0 && quiet.output.isEmpty && quiet.errors == "")
      #expect(filesInFolder(folder) == ["a.lhb", "b.lhb"])
    }
  }

  @Test func `Both containers give the same tensors`() throws {
    try withTemporaryFolder { folder in
      let date = ["SOURCE_DATE_EPOCH": "1700000000"]
      for (source, target) in [("tiny", "zip"), ("tiny-legacy", "legacy"), ("tiny", "again")] {
        let arguments = ["--arch", mixed, Fixture.path("golden/\(source).pt"), "\(folder)/\(target).lhb"]
        let result = runProgram("lhb-extract", arguments, environment: date)
        try #require(result.status == 0, "\(result.errors)")
      }
      #expect(readBytes(folder + "/zip.lhb") == readBytes(folder + "/again.lhb"))
      let zip = try tensors(folder + "/zip.lhb").map { [$0["name"], $0["shape"], $0["dtype"], $0["xxh64"]] }
      let legacy = try tensors(folder + "/legacy.lhb").map { [$0["name"], $0["shape"], $0["dtype"], $0["xxh64"]] }
      #expect(zip.count > 150 && zip == legacy)
      #expect(zip.allSatisfy { !$0.contains(nil) })
    }
  }

  @Test func `Weights that float16 holds are stored as float16, without loss`() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/a.lhb"
      let result = extract("--arch", mixed, Fixture.path("golden/tiny-fp16.pt"), path)
      try #require(result.status == 0, "\(result.errors)")
      #expect(result.errors.contains("stored unchanged"))
      for tensor in try tensors(path) where tensor["dtype"] != .string("float16") {
        // Weight norm multiplies, which takes more digits.
        #expect(tensor["name"] == .string("encoder.pos_conv.0.weight"))
      }
      let plain = extract("--arch", mixed, tiny, folder + "/b.lhb")
      #expect(plain.status == 0)
      #expect(readBytes(path).count < readBytes(folder + "/b.lhb").count * 6 / 10)
    }
  }

  @Test func `The form of the weights can be forced`() throws {
    try withTemporaryFolder { folder in
      let half = extract("--arch", mixed, "--weights", "f16", tiny, folder + "/half.lhb")
      #expect(half.status == 0 && half.errors.contains("lossy: the largest error is "), "\(half.errors)")
      let halves = try tensors(folder + "/half.lhb")
      #expect(halves.allSatisfy { $0["dtype"] == .string("float16") })
      let full = extract(
        "--arch", mixed, "--weights", "f32", Fixture.path("golden/tiny-fp16.pt"), folder + "/full.lhb")
      #expect(full.status == 0 && full.errors.contains("stored unchanged"), "\(full.errors)")
      let floats = try tensors(folder + "/full.lhb")
      #expect(floats.allSatisfy { $0["dtype"] == .string("float32") })
    }
  }

  @Test func `int8 and bfloat16 are said to be what they are`() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/int8.lhb"
      let int8 = extract("--arch", mixed, "--weights", "int8", tiny, path)
      #expect(int8.status == 0)
      let size = readBytes(path).count
      let ratio = Double(378_800_000) / Double(size)
      for words in [
        "67 tensors as int8, 2 tensors as float16, 108 tensors as float32", "weight error  int8: 0.", "outliers",
        "times smaller than the checkpoint (10.3 MB)",
        "\(Int(ratio)) times smaller than HuBERT Base in float32 (379 MB)",
      ] {
        #expect(int8.errors.contains(words), "\(words) in \(int8.errors)")
      }
      #expect(!int8.errors.contains("in bfloat16"))
      let brain = extract("--arch", mixed, "--weights", "bf16", tiny, folder + "/bf16.lhb")
      #expect(brain.errors.contains("67 tensors as bfloat16, 2 tensors as float16"), "\(brain.errors)")
      #expect(brain.errors.contains("weight error  bfloat16: 0.1"), "\(brain.errors)")
      #expect(!brain.errors.contains("outliers"))
      let full = extract("--arch", mixed, tiny, folder + "/auto.lhb")
      #expect(!full.errors.contains("weight error") && full.errors.contains("compression"))
    }
  }

  @Test func `Layers beyond the largest error stay in bfloat16, and are named`() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/a.lhb"
      let result = extract("--arch", mixed, "--weights", "int8", "--max-error", "0", tiny, path)
      #expect(result.status == 0 && result.errors.contains("67 tensors as bfloat16"), "\(result.errors)")
      #expect(
        result.errors.contains("in bfloat16   encoder.layers.9.self_attn.{q,k,v}_proj: its error in int8 is about "))
      #expect(result.errors.contains(", the limit 0.00 %"))
      #expect(result.errors.split(separator: "\n").count { $0.hasPrefix("in bfloat16 ") } == 6 + 1 + 10 * 4)
      let wrong = extract("--arch", mixed, "--weights", "int8", "--max-error=-1", tiny, folder + "/b.lhb")
      #expect(wrong.status == 64 && wrong.errors.contains("--max-error is -1.0, expected 0 or more"))
      #expect(extract("--arch", mixed, "--max-error", "nan", tiny, folder + "/b.lhb").status == 64)
      #expect(filesInFolder(folder) == ["a.lhb"])
    }
  }

  @Test func `Compression changes the size and no feature`() {
    withTemporaryFolder { folder in
      func features(_ level: String) -> [UInt8] {
        let path = "\(folder)/\(level).lhb"
        let result = extract("--arch", mixed, "--compress", level, tiny, path)
        #expect(result.status == 0, "\(result.errors)")
        return runProgram("lhb-features", ["--model", path, Fixture.path("golden/audio/frames-2.wav")]).output
      }
      let plain = features("0")
      #expect(!plain.isEmpty && features("3") == plain)
      #expect(readBytes(folder + "/3.lhb").count <= readBytes(folder + "/0.lhb").count)
    }
  }

  @Test func `An existing file is replaced only by force`() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/a.lhb"
      writeBytes([1, 2, 3], to: path)
      let refused = extract("--arch", mixed, tiny, path)
      #expect(refused.status == 73 && refused.errors.contains("--force") && refused.errors.contains(path))
      #expect(readBytes(path) == [1, 2, 3] && filesInFolder(folder) == ["a.lhb"])
      #expect(extract("--arch", mixed, "--force", tiny, path).status == 0)
      let count = try tensors(path).count
      #expect(count > 150 && filesInFolder(folder) == ["a.lhb"])
    }
  }

  @Test func `The default model is installed in the user's folder`() {
    withTemporaryFolder { folder in
      let data = folder + "/data"
      let arguments = ["--arch", mixed, "--default", tiny]
      let alone = runProgram("lhb-extract", arguments, environment: ["XDG_DATA_HOME": data])
      #expect(alone.status == 0 && alone.output.isEmpty, "\(alone.errors)")
      let installed = data + "/lighthubert/default.lhb"
      #expect(alone.errors.contains(installed) && filesInFolder(data + "/lighthubert") == ["default.lhb"])
      let sound = Fixture.path("golden/audio/frames-1.wav")
      #expect(runProgram("lhb-features", [sound], environment: ["XDG_DATA_HOME": data]).status == 0)

      let copy = folder + "/copy.lhb"
      let both = runProgram(
        "lhb-extract", arguments + [copy, "--force"], environment: ["HOME": folder])
      #expect(both.status == 0, "\(both.errors)")
      #expect(readBytes(copy) == readBytes(folder + "/.local/share/lighthubert/default.lhb"))
      #expect(runProgram("lhb-extract", arguments).status == 64)
    }
  }
}
