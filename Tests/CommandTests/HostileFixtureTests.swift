import LHTestSupport
import Testing

/// Every file of Fixtures/hostile is refused; the sound ones that they are made from are not. How long that takes, and
/// in how much memory, Tests/Tools/checks/check_hostile.py measures.
@Suite struct HostileFixtureTests {
  static let root = Fixture.folder + "hostile/"
  static let folders = ["zip", "legacy", "pickle", "tensors", "lhb", "architecture", "audio"]

  /// A line of list.tsv or sound.tsv.
  struct Row {
    let path: String
    let program: String
    let attack: String
    let words: [String]
    let status: Int32

    init(_ line: String) {
      let columns = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      path = columns[0]
      // family.tsv has an exit status instead of a program.
      status = Int32(columns[1]) ?? 65
      program = Int32(columns[1]) == nil ? columns[1] : "lhb-extract whole"
      attack = columns.count > 2 ? columns[2] : ""
      words = Array(columns.dropFirst(3))
    }

    /// The program and its arguments that open the file as what it pretends to be.
    func command(output: String) throws -> [String] {
      let file = root + path
      let sound = root + "sound/"
      switch program {
      case "lhb-extract": return [program, "--arch", sound + "architecture.json", file, output]
      case "lhb-extract whole": return ["lhb-extract", "--quiet", file, output]
      case "lhb-extract --arch": return ["lhb-extract", "--arch", file, sound + "supernet.pt", output]
      case "lhb-inspect": return [program, file]
      case "lhb-features": return [program, "--model", sound + "subnet.lhb", file]
      case "lhb-features --model": return ["lhb-features", "--model", file, sound + "tone.wav"]
      default: throw UnknownProgram(name: program)
      }
    }
  }

  struct UnknownProgram: Error {
    let name: String
  }

  static func rows(_ list: String) -> [Row] {
    String(decoding: readBytes(root + list), as: UTF8.self).split(separator: "\n").map { Row(String($0)) }
  }

  @Test func `The list has what the folders have`() {
    let listed = Self.rows("list.tsv").map(\.path)
    let found = Self.folders.flatMap { folder in filesInFolder(Self.root + folder).map { "\(folder)/\($0)" } }
    #expect(listed.sorted() == found.sorted())
    #expect(listed.count >= 60)
    let family = Self.rows("family.tsv").map(\.path)
    #expect(family.sorted() == filesInFolder(Self.root + "family").map { "family/\($0)" })
    #expect(family.count >= 60)
    #expect(Self.rows("sound.tsv").map(\.path).sorted() == filesInFolder(Self.root + "sound").map { "sound/\($0)" })
  }

  @Test(arguments: folders) func `A hostile file is refused with one line`(folder: String) throws {
    for row in Self.rows("list.tsv") where row.path.hasPrefix(folder + "/") { try expectRefusal(row) }
  }

  @Test(arguments: rows("family.tsv").map(\.path))
  func `A hostile model of the family is refused with one line`(path: String) throws {
    try expectRefusal(try #require(Self.rows("family.tsv").first { $0.path == path }))
  }

  private func expectRefusal(_ row: Row) throws {
    try withTemporaryFolder { temporary in
      let command = try row.command(output: temporary + "/out.lhb")
      let result = runProgram(command[0], Array(command.dropFirst()))
      let context: Comment = "\(row.path), \(row.attack): \(result.errors)"
      #expect(result.status == row.status, context)
      #expect(result.output.isEmpty, context)
      #expect(result.errors.hasPrefix("\(command[0]): error: ") && result.errors.hasSuffix("\n"), context)
      let controls = result.errors.dropLast().unicodeScalars.filter { $0.properties.generalCategory == .control }
      #expect(controls.isEmpty, context)
      #expect(result.errors.contains(Self.root + row.path), context)
      for word in row.words { #expect(result.errors.contains(word), context) }
      #expect(filesInFolder(temporary) == [], context)
    }
  }

  @Test func `The sound files beside them are taken`() throws {
    for row in Self.rows("sound.tsv") {
      try withTemporaryFolder { temporary in
        let command = try row.command(output: temporary + "/out.lhb")
        let result = runProgram(command[0], Array(command.dropFirst()))
        #expect(result.status == 0, "\(row.path): \(result.errors)")
      }
    }
  }
}
