import LHJSON
import LHTestSupport
import Testing

/// Models that are taken whole: what lhb-extract and lhb-inspect say of each file of Fixtures/family.
@Suite struct FamilyTests {
  private func json(_ path: String) throws -> JSONValue {
    let result = runProgram("lhb-inspect", ["--json", path])
    try #require(result.status == 0 && result.errors == "", "\(result.errors)")
    return try JSONValue(parsing: String(decoding: result.output, as: UTF8.self))
  }

  /// The files that say everything of their model.
  static let files = FamilyFixture.files.filter { $0.heads == nil }

  @Test(arguments: files) func `What is in a file is shown, and is what becomes of it`(file: FamilyFixture.File) throws
  {
    try withTemporaryFolder { folder in
      let result = runProgram("lhb-extract", [file.path, folder + "/a.lhb"])
      try #require(result.status == 0, "\(result.errors)")
      let lines = result.errors.split(separator: "\n").map(String.init)
      let found = try json(file.path)
      #expect(found["file"] == .string(file.path))
      #expect(found["kind"] == .string(file.name.contains(".") ? "checkpoint" : "pretrained"))
      let model = try #require(found["model"])
      let summary = try #require(model["summary"]?.string)
      #expect(lines.first == "\(file.path): \(summary)")
      let notes = (model["notes"]?.array ?? []).compactMap(\.string)
      #expect(Array(lines.dropFirst().prefix(notes.count)) == notes.map { "lhb-extract: note: \(file.path): \($0)" })
      #expect(!lines.dropFirst(1 + notes.count).contains { $0.contains("note: ") })
      #expect((found["tensors"]?.array?.count ?? 0) > 20 && (found["size"]?.integer ?? 0) > 100_000)
      #expect(found["problem"] == nil || file.name.contains("."))
      #expect(found["model_problem"] == nil)

      let stored = try json(folder + "/a.lhb")
      #expect(stored["kind"] == .string("model") && stored["format_version"] == 3 && stored["verified"] == true)
      for member in [
        "family", "shape", "container", "parameters", "macs_per_second", "normalizes_waveform", "waveform_epsilon",
        "hidden_size", "layer_count", "minimum_samples",
      ] where member != "container" {
        #expect(model[member] == stored[member] && model[member] != nil, "\(member)")
      }
      #expect(stored["projection_size"] == model["projection_size"] ?? .null)

      for path in [file.path, folder + "/a.lhb"] {
        let table = runProgram("lhb-inspect", [path])
        #expect(table.status == 0 && table.errors == "")
        let text = String(decoding: table.output, as: UTF8.self)
        if path == file.path { #expect(text.contains(summary)) }
        for word in [
          "\nmodel ", "\nextractor ", "\ngraph ", "\ncontainer ", "\nparameters ", "\nwaveform ", "encoder.",
        ] {
          #expect(text.contains(word), "\(word): \(text)")
        }
      }
    }
  }

  @Test func `Heads that a file does not say can be said`() throws {
    let file = try #require(FamilyFixture.files.first { $0.heads != nil })
    withTemporaryFolder { folder in
      let output = folder + "/a.lhb"
      let refused = runProgram("lhb-extract", [file.path, output])
      #expect(refused.status == 65 && refused.errors.contains("say it with --heads"), "\(refused.errors)")
      #expect(runProgram("lhb-extract", ["--heads", "4", "--quiet", file.path, output]).errors == "")
    }
    let found = try json(file.path)
    #expect(found["model"] == nil && found["model_problem"]?.string?.contains("--heads") == true)
  }

  @Test func `What the files say of the waveform can be overruled`() throws {
    let path = FamilyFixture.folder + "hubert-large"
    try withTemporaryFolder { folder in
      let options = ["--normalize", "off", "--waveform-eps", "0.5", "--quiet", path, folder + "/a.lhb"]
      #expect(runProgram("lhb-extract", options).status == 0)
      let stored = try json(folder + "/a.lhb")
      #expect(stored["normalizes_waveform"] == false && stored["waveform_epsilon"] == .number(0.5))
    }
  }

  @Test func `Single files of safetensors and indices are shown`() throws {
    for name in ["hubert-base/model.safetensors", "hubert-large/model.safetensors.index.json", "hubert-base/"] {
      let found = try json(FamilyFixture.folder + name)
      #expect(found["kind"] == "pretrained" && found["model"]?["family"] == "hubert")
    }
    let types = try json(FamilyFixture.folder + "mhubert-25hz")["tensors"]?.array?.compactMap { $0["dtype"]?.string }
    #expect(Set(types ?? []) == ["float32", "int64"])
  }

  @Test func `Weights that are no model that is known are shown, with what was looked for`() throws {
    let path = RealCheckpointTests.folder + "model.safetensors"
    let found = try json(path)
    #expect(found["kind"] == "pretrained" && found["model"] == .null)
    #expect(found["problem"]?.string?.contains("config.json: is not there") == true)
    #expect((found["tensors"]?.array?.count ?? 0) > 20)
    let checkpoint = try json(Fixture.path("checkpoints/views.pt"))
    #expect(checkpoint["kind"] == "checkpoint" && checkpoint["is_supernet"] == false)
    #expect(
      checkpoint["problem"] != nil && checkpoint["model_problem"]?.string?.contains("none of its tensors") == true)
    let table = String(decoding: runProgram("lhb-inspect", [path]).output, as: UTF8.self)
    #expect(table.contains("none that is known: ") && table.contains("config.json: is not there"))
  }

  @Test func `The layers of torchaudio are counted from 0`() throws {
    try withTemporaryFolder { folder in
      let model = folder + "/model.lhb"
      #expect(runProgram("lhb-extract", [Fixture.path("family/hubert-base"), model]).status == 0)
      let audio = Fixture.path("golden/audio/frames-2.wav")
      func features(_ layers: String, _ more: String...) -> ProgramResult {
        runProgram("lhb-features", ["--model", model, "--layers", layers] + more + [audio])
      }
      #expect(features("1", "--convention", "torchaudio").output == features("2").output)
      #expect(features("all", "--convention", "torchaudio").output == features("1,2").output)
      let beyond = features("2", "--convention", "torchaudio")
      #expect(beyond.status == 64 && beyond.errors.contains("--layers has 2"), "\(beyond.errors)")
      #expect(beyond.errors.contains("are 0 to 1"))
      #expect(features("0", "--convention", "s3prl", "--layer-zero", "projection").status == 64)
      #expect(
        features("0", "--convention", "transformers").output == features("0", "--layer-zero", "encoder-input").output)
    }
  }

  @Test func `A supernet without an architecture is a fault of usage that lists the names`() throws {
    // A copy of the small supernet with the name that the published code gives it.
    var supernet = SmallSupernet()
    supernet.model["_name"] = "hubert_pruner"
    withTemporaryFolder { folder in
      supernet.write(to: folder + "/in.pt")
      let before = filesInFolder(folder)
      let result = runProgram("lhb-extract", [folder + "/in.pt", folder + "/out.lhb"])
      #expect(result.status == 64 && result.output.isEmpty && filesInFolder(folder) == before)
      #expect(result.errors.hasPrefix("lhb-extract: error: \(folder)/in.pt: is a LightHuBERT supernet"))
      #expect(result.errors.split(separator: "\n").count == 1)
      for name in ["--arch", "base-min", "base-default", "base-max", "small-min", "small-default", "small-max"] {
        #expect(result.errors.contains(name), "\(result.errors)")
      }
    }
  }

  @Test func `Code in what nobody needs is not run`() throws {
    let path = Fixture.path("hostile/sound/hubert.pt")
    withTemporaryFolder { folder in
      let result = runProgram("lhb-extract", [path, folder + "/a.lhb"])
      #expect(result.status == 0 && result.output.isEmpty && !result.errors.contains("uid="), "\(result.errors)")
      let shown = runProgram("lhb-inspect", [path])
      #expect(shown.status == 0 && !String(decoding: shown.output, as: UTF8.self).contains("uid="))
    }
  }

  @Test(arguments: [
    ["--arch", "small-min", "--normalize", "on"], ["--arch", "small-min", "--waveform-eps", "1e-5"],
    ["--arch", "small-min", "--heads", "12"], ["--normalize", "maybe"], ["--waveform-eps", "0"],
    ["--waveform-eps", "nan"], ["--waveform-eps", "-1"], ["--heads", "0"], ["--heads", "x"],
  ])
  func `Options that make no sense are faults of usage`(options: [String]) {
    withTemporaryFolder { folder in
      let result = runProgram("lhb-extract", options + [FamilyFixture.folder + "hubert-base", folder + "/a.lhb"])
      #expect(result.status == 64 && result.output.isEmpty && filesInFolder(folder) == [])
      #expect(result.errors.split(separator: "\n").count == 1, "\(result.errors)")
    }
  }

  @Test func `A folder is not written into`() {
    let path = FamilyFixture.folder + "hubert-base"
    let before = filesInFolder(path)
    let result = runProgram("lhb-extract", ["--force", path, path + "/config.json"])
    #expect(result.status == 64 && result.errors.contains("config.json"), "\(result.errors)")
    #expect(filesInFolder(path) == before)
  }
}
