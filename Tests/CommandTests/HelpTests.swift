import LHCommandSupport
import LHSystem
import LHTestSupport
import Testing

@Suite struct HelpTests {
  @Test(arguments: ["lhb-bench", "lhb-export", "lhb-extract", "lhb-features", "lhb-inspect"])
  func `Help has an example and fits the page`(program: String) {
    let result = runProgram(program, ["--help"])
    #expect(result.status == 0 && result.errors == "")
    let lines = String(decoding: result.output, as: UTF8.self).split(separator: "\n")
    #expect(lines.contains { $0.hasPrefix("  \(program) ") }, "no example")
    for line in lines { #expect(line.count <= 100, "\(line)") }
  }

  @Test(arguments: ["lhb-bench", "lhb-export", "lhb-extract", "lhb-features", "lhb-inspect"])
  func `The version is one line`(program: String) {
    let result = runProgram(program, ["--version"])
    let text = String(decoding: result.output, as: UTF8.self)
    #expect(result.status == 0 && result.errors == "")
    #expect(text.wholeMatch(of: /[0-9]+\.[0-9]+\.[0-9]+\n/) != nil, "\(text)")
  }

  @Test(arguments: ["lhb-bench", "lhb-features"])
  func `Programs that run a model know the same names for who multiplies`(program: String) {
    let help = String(decoding: runProgram(program, ["--help"]).output, as: UTF8.self)
    let words = help.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(words.contains("Who multiplies matrices. (values: auto, packed, openblas; default: auto)"), "\(help)")
  }

  @Test func `The manual pages have every exit status`() {
    let maker = readBytes(Fixture.folder + "../Sources/Packaging/make_manual.py")
    let text = String(decoding: maker, as: UTF8.self)
    let kinds: [FaultKind] = [
      .usage, .badData, .missingInput, .cannotCreate, .inputOutput, .unavailable, .outOfMemory, .cancelled,
    ]
    for kind in kinds {
      #expect(text.contains("\n    (\(ExitStatus.code(for: kind)), \""), "\(kind)")
    }
  }
}
