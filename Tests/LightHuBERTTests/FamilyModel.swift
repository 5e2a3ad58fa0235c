import Glibc
import LHTestSupport
import LightHuBERT
import Testing

typealias FamilyFile = FamilyFixture.File

extension FamilyFixture.File {
  static let recordings = ["speech-a", "speech-b", "frames-2"]

  /// A file of that name.
  static func named(_ name: String) throws -> FamilyFile {
    try #require(FamilyFixture.files.first { $0.name == name })
  }

  func pretrained(_ choices: ReadingChoices = ReadingChoices()) throws -> PretrainedModel {
    var choices = choices
    choices.heads = heads
    return try PretrainedModel(contentsOf: path, choices)
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
  func expectation(_ kind: String, _ recording: String) throws -> NumPyArray? {
    let path = FamilyFixture.folder + "expected/\(expected)-\(recording).\(kind).npy"
    return access(path, F_OK) == 0 ? try NumPyArray(path: path) : nil
  }
}
