import LHJSON
import LHTestSupport
import LightHuBERT
import Testing

/// One file of the golden models of the HuBERT family.
struct FamilyFile: CustomTestStringConvertible, Sendable {
  /// Its name in Fixtures/family: a file or a folder.
  let name: String
  /// What expected values begin with.
  let expectation: String
  /// Heads, where the file does not say.
  let heads: Int?

  var testDescription: String { name }

  /// All of them, as the manifest lists them.
  static let all: [FamilyFile] = {
    let path = Fixture.path("family/manifest.json")
    guard let manifest = try? JSONValue(parsing: readBytes(path)) else {
      Issue.record("\(path) is not JSON")
      return []
    }
    return (manifest["models"]?.array ?? []).flatMap { model in
      (model["files"]?.array ?? []).compactMap { file in
        guard let name = file["path"]?.string, let expectation = file["expected"]?.string else { return nil }
        return FamilyFile(name: name, expectation: expectation, heads: file["torchaudio_heads"]?.integer)
      }
    }
  }()

  static let recordings = ["speech-a", "speech-b", "frames-2"]

  /// A file of that name.
  static func named(_ name: String) throws -> FamilyFile { try #require(all.first { $0.name == name }) }

  func pretrained(_ choices: ReadingChoices = ReadingChoices()) throws -> PretrainedModel {
    var choices = choices
    choices.heads = heads
    return try PretrainedModel(contentsOf: Fixture.path("family/\(name)"), choices)
  }

  /// The model, through a `.lhb` file.
  func model(
    _ options: RuntimeOptions = RuntimeOptions(), extraction: ExtractionOptions = ExtractionOptions()
  ) throws -> Model {
    try withTemporaryFolder { folder in
      let path = folder + "/model.lhb"
      try pretrained().extract(to: path, options: extraction)
      return try Model(contentsOf: path, options: options)
    }
  }

  /// The expected values of a kind, such as "hidden_states"; nil where there are none.
  func expected(_ kind: String, _ recording: String) -> NumPyArray? {
    try? NumPyArray(path: Fixture.path("family/expected/\(expectation)-\(recording).\(kind).npy"))
  }
}
