public import LHJSON

/// The models of Fixtures/family: each in the files that it is handed on in, as manifest.json tells.
public struct FamilyFixture: Sendable {
  /// What the model is called there.
  public let name: String
  /// `model_type` of Hugging Face, or what else it is.
  public let kind: String
  /// Its files and folders.
  public let files: [File]

  /// A file or folder with the model's weights.
  public struct File: Sendable, CustomStringConvertible {
    /// Its path inside Fixtures/family.
    public let name: String
    /// What the names of its expected values begin with.
    public let expected: String
    /// Heads of its layers, where it does not say.
    public let heads: Int?

    /// Where it is.
    public var path: String { FamilyFixture.folder + name }
    /// Its name.
    public var description: String { name }
  }

  /// Fixtures/family, with a slash at the end.
  public static let folder = Fixture.folder + "family/"

  /// What manifest.json says.
  public static let manifest: JSONValue = {
    guard let json = try? JSONValue(parsing: readBytes(folder + "manifest.json")) else {
      fatalError("\(folder)manifest.json cannot be read")
    }
    return json
  }()

  /// All models.
  public static let all: [FamilyFixture] = (manifest["models"]?.array ?? []).map { model in
    FamilyFixture(
      name: model["name"]?.string ?? "", kind: model["kind"]?.string ?? "",
      files: (model["files"]?.array ?? []).map { file in
        File(
          name: file["path"]?.string ?? "", expected: file["expected"]?.string ?? "",
          heads: file["torchaudio_heads"]?.integer)
      })
  }

  /// All files of all models.
  public static let files: [File] = all.flatMap(\.files)
}
