import LHJSON
import LHTestSupport
import Testing

/// Checkpoints as people have them, with what is expected of each: Fixtures/real/checkpoints.tsv.
@Suite struct RealCheckpointTests {
  static let folder = Fixture.folder + "real/checkpoints/"
  static let architecture = #"{"embed_dim": 64, "heads_num": [1], "ffn_embed": [64], "layer_num": 1}"#

  /// A line of the table: a file, whether it is read or refused by name, and words of the notes or of the refusal.
  struct Row: Sendable, CustomTestStringConvertible {
    let file: String
    let isRead: Bool
    let words: [String]

    init(_ line: Substring) {
      let columns = line.split(separator: "\t").map(String.init)
      file = columns[0]
      isRead = columns[1] == "read"
      words = Array(columns[2...])
    }

    var path: String { RealCheckpointTests.folder + file }
    var testDescription: String { file }
  }

  static let rows = String(decoding: readBytes(Fixture.folder + "real/checkpoints.tsv"), as: UTF8.self)
    .split(separator: "\n").map(Row.init)

  /// What lhb-extract says of the whole supernet of a checkpoint.
  private func extract(_ path: String, in folder: String, _ options: [String] = []) -> ProgramResult {
    writeBytes(Array(Self.architecture.utf8), to: folder + "/a.json")
    return runProgram("lhb-extract", ["--arch", folder + "/a.json", "--force", path, folder + "/out.lhb"] + options)
  }

  /// The checksums of the tensors in the last subnet, by name.
  private func checksums(in folder: String) throws -> [String: String] {
    let subnet = try json(folder + "/out.lhb")
    let pairs = try #require(subnet["tensors"]?.array).map { ($0["name"]?.string ?? "", $0["xxh64"]?.string ?? "") }
    return Dictionary(uniqueKeysWithValues: pairs)
  }

  private func json(_ path: String) throws -> JSONValue {
    let result = runProgram("lhb-inspect", ["--json", path])
    #expect(result.status == 0, "\(result.errors)")
    return try JSONValue(parsing: String(decoding: result.output, as: UTF8.self))
  }

  @Test func `The table has what the folder has`() {
    #expect(Self.rows.map(\.file).sorted() == filesInFolder(Self.folder))
  }

  @Test(arguments: rows.filter(\.isRead))
  func `A file that can be understood gives the same weights, and notes say how`(row: Row) throws {
    try withTemporaryFolder { folder in
      // All have the weights of this one, whose names and keys are the published ones.
      #expect(extract(Self.folder + "rezipped-with-folders.pt", in: folder).status == 0)
      let expected = try checksums(in: folder)
      let result = extract(row.path, in: folder)
      #expect(result.status == 0, "\(result.errors)")
      #expect(try checksums(in: folder) == expected && expected.count == 28)
      let notes = result.errors.split(separator: "\n").filter { $0.hasPrefix("lhb-extract: note: \(row.path): ") }
      #expect(notes.count == row.words.count, "\(result.errors)")
      for (note, word) in zip(notes, row.words) { #expect(note.contains(word), "\(note)") }
      #expect(extract(row.path, in: folder, ["--quiet"]).errors == "")
    }
  }

  @Test(arguments: rows.filter(\.isRead))
  func `Each value of the configuration has its place`(row: Row) throws {
    let found = try json(row.path)
    #expect(found["is_supernet"] == .bool(true))
    #expect(found["notes"]?.array?.count == row.words.count, "\(found["notes"] ?? .null)")
    #expect(found["config"]?["encoder_embed_dim"] == .integer(64))
    #expect(found["config"]?["normalize"] == .bool(false))
    let sources = try #require(found["config_sources"]?.object)
    #expect(sources.members.map(\.name) == found["config"]?.object?.members.map(\.name))
    // The one field that none of these files states.
    #expect(sources.members.filter { $0.value == .string("default") }.map(\.name) == ["prune_encoder_pos_conv"])
    let table = String(decoding: runProgram("lhb-inspect", [row.path]).output, as: UTF8.self)
    let line = table.split(separator: "\n").first { $0.hasPrefix("encoder_embed_dim ") }
    #expect(line?.hasSuffix(sources["encoder_embed_dim"]?.string ?? "?") == true, "\(line ?? "")")
    for word in row.words { #expect(table.contains(word), "\(table)") }
  }

  @Test(arguments: rows.filter { !$0.isRead })
  func `A file that cannot be used is named, with what to do`(row: Row) {
    withTemporaryFolder { folder in
      let result = extract(row.path, in: folder)
      #expect(result.status == 65 && result.output.isEmpty)
      #expect(result.errors.hasPrefix("lhb-extract: error: \(row.path): "), "\(result.errors)")
      #expect(result.errors.split(separator: "\n").count == 1, "\(result.errors)")
      for word in row.words { #expect(result.errors.contains(word), "\(result.errors)") }
      #expect(filesInFolder(folder) == ["a.json"])
    }
    // lhb-inspect shows what is in a file of something else, and says why it is no supernet.
    let inspected = runProgram("lhb-inspect", [row.path])
    let text = inspected.status == 0 ? String(decoding: inspected.output, as: UTF8.self) : inspected.errors
    #expect(inspected.status == 0 || inspected.status == 65)
    // Of safetensors it is said what they need to be taken whole.
    let words = row.file.hasSuffix(".safetensors") ? ["config.json: is not there"] : row.words
    for word in words { #expect(text.contains(word), "\(text)") }
  }
}
