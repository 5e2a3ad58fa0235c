import LHJSON
import LHSystem
import Testing

@Suite struct FaultTests {
  static let faults: [(String, JSONFault, String)] = [
    ("", .truncated(expected: "a value"), "the text ends where a value was expected"),
    ("[1;", .unexpected(found: "';'", expected: "',' or ']'", byte: 2), "byte 2 is ';', expected ',' or ']'"),
    (
      "\"\u{1}\"", .unexpected(found: "0x1", expected: "a printable character or an escape", byte: 1),
      "byte 1 is 0x1, expected a printable character or an escape"
    ),
    (
      #"{"a":0,"a":0}"#, .duplicateName("a", byte: 7), #"the name "a" occurs a second time at byte 7"#
    ),
    ("[ 1e999]", .numberOutOfRange("1e999", byte: 2), "the number 1e999 at byte 2 is out of range"),
  ]

  @Test(arguments: faults) func saysWhatIsWhere(_ text: String, fault: JSONFault, line: String) {
    #expect(throws: fault) { try JSONValue(parsing: text) }
    #expect(fault.description == line)
    #expect(fault.kind == .badData)
  }

  /// Names and numbers of a file can be as long as the file, and hold whatever a terminal acts upon.
  @Test(arguments: [
    "a\\nb", "\\u001b[2J", "\\u009b2J", "\\u2028", String(repeating: "x", count: 100_000),
    "a" + String(repeating: "\u{301}", count: 100_000),
  ])
  func isOneShortLine(_ name: String) throws {
    let text = "{\"\(name)\":1,\"\(name)\":2}"
    do {
      _ = try JSONValue(parsing: text)
      Issue.record("a name occurred twice")
    } catch {
      expectLine(error.description)
    }
  }

  @Test func aLongNumberGivesAShortLine() throws {
    for text in [String(repeating: "9", count: 100_000), "1e" + String(repeating: "9", count: 100_000)] {
      do {
        _ = try JSONValue(parsing: text)
        Issue.record("the number is in range")
      } catch {
        expectLine(error.description)
      }
    }
  }

  private func expectLine(_ line: String) {
    #expect(line.unicodeScalars.count < 300)
    let breaks = line.unicodeScalars.filter {
      $0.properties.isWhitespace && $0 != " " || $0.properties.generalCategory == .control
    }
    #expect(breaks.isEmpty)
  }
}
