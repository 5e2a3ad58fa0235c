import LHTestSupport
import Testing

@Suite struct HelpTests {
  @Test(arguments: ["lhb-bench", "lhb-extract", "lhb-features", "lhb-inspect"])
  func `Help has an example and fits the page`(program: String) {
    let result = runProgram(program, ["--help"])
    #expect(result.status == 0 && result.errors == "")
    let lines = String(decoding: result.output, as: UTF8.self).split(separator: "\n")
    #expect(lines.contains { $0.hasPrefix("  \(program) ") }, "no example")
    for line in lines { #expect(line.count <= 100, "\(line)") }
  }

  @Test(arguments: ["lhb-bench", "lhb-extract", "lhb-features", "lhb-inspect"])
  func `The version is one line`(program: String) {
    let result = runProgram(program, ["--version"])
    let text = String(decoding: result.output, as: UTF8.self)
    #expect(result.status == 0 && result.errors == "")
    #expect(text.wholeMatch(of: /[0-9]+\.[0-9]+\.[0-9]+\n/) != nil, "\(text)")
  }
}
