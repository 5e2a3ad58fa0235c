import LHJSON
import LHTestSupport
import Testing

/// `lhb-export`.
@Suite struct ExportTests {
  private let model = Fixture.path("versions/v1-tiny-min.lhb")
  private let speech = Fixture.path("golden/audio/speech-b.wav")

  private func export(_ arguments: [String], in folder: String) -> ProgramResult {
    runProgram("lhb-export", arguments + [model, "\(folder)/out"])
  }

  @Test(arguments: ["hf", "safetensors"])
  func `What is verified is the same`(form: String) throws {
    try withTemporaryFolder { folder in
      let result = export(["--to", form, "--verify", speech], in: folder)
      #expect(result.status == 0, "\(result.errors)")
      let text = String(decoding: result.output, as: UTF8.self)
      let found = try #require(text.firstMatch(of: /^read back: largest difference of all hidden states ([0-9.e-]+),/))
      #expect(try #require(Double(found.1)) < 1e-5, "\(text)")
      #expect(result.errors.contains("\(folder)/out: "))
    }
  }

  @Test func `A file can be extracted again`() throws {
    try withTemporaryFolder { folder in
      let quiet = export(["--quiet", "--to", "safetensors"], in: folder)
      #expect(quiet.status == 0 && quiet.errors == "" && quiet.output.isEmpty)
      let again = "\(folder)/again.lhb"
      #expect(runProgram("lhb-extract", ["--quiet", "\(folder)/out", again]).status == 0)
      let expected = runProgram("lhb-features", ["--model", model, speech])
      let found = runProgram("lhb-features", ["--model", again, speech])
      #expect(found.status == 0 && found.output == expected.output)
    }
  }

  @Test(arguments: ["hf", "safetensors", "onnx"])
  func `What is there is kept unless --force is given`(form: String) throws {
    try withTemporaryFolder { folder in
      #expect(export(["--to", form, "--quiet"], in: folder).status == 0)
      let refused = export(["--to", form, "--quiet"], in: folder)
      #expect(refused.status == 73 && refused.errors.contains("exists already"))
      #expect(export(["--to", form, "--quiet", "--force"], in: folder).status == 0)
      #expect(filesInFolder(folder) == ["out"])
    }
  }

  @Test(arguments: [
    (["--to", "gguf"], "have no form in common"), (["--to", "pt"], "expected one of hf, safetensors, onnx"),
    (["--to", "hf", "--dtype", "f16"], "--dtype is for --to safetensors"),
    (["--to", "onnx", "--pad"], "--pad is for --to hf"), (["--to", "hf", "--hidden-states"], "is for --to onnx"),
    (["--to", "onnx", "--projected-layer", "1"], "has no final projection"),
  ])
  func `What makes no sense is a usage error`(arguments: [String], text: String) throws {
    try withTemporaryFolder { folder in
      let result = export(arguments, in: folder)
      #expect(result.status == 64 && result.output.isEmpty)
      #expect(result.errors.contains(text) && result.errors.split(separator: "\n").count == 1, "\(result.errors)")
      #expect(filesInFolder(folder) == [])
    }
  }

  @Test func `What cannot be expressed is told by name`() throws {
    try withTemporaryFolder { folder in
      let subnet = try TinySubnet("sliding", in: folder)
      let result = runProgram("lhb-export", ["--to", "hf", subnet.path, "\(folder)/out"])
      #expect(result.status == 65 && result.errors.contains("sliding windows"), "\(result.errors)")
      #expect(filesInFolder(folder) == ["tiny-sliding.lhb"])
      let missing = runProgram("lhb-export", ["--to", "hf", "\(folder)/none.lhb", "\(folder)/out"])
      #expect(missing.status == 66 && missing.errors.contains("none.lhb"))
    }
  }
}
