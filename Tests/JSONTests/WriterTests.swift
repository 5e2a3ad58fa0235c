import LHJSON
import Testing

@Suite struct WriterTests {
  @Test func oneLine() {
    let value: JSONValue = .object([
      "z": .integer(1), "a": .array([.null, .bool(true), .number(0.5)]), "é": .object([:]), "m": .array([]),
    ])
    #expect(value.text() == #"{"z":1,"a":[null,true,0.5],"é":{},"m":[]}"#)
  }

  @Test func indented() {
    let value: JSONValue = .object([
      "a": .array([.integer(1), .integer(2)]), "b": .array([.object(["c": .string("d")]), .array([])]), "e": .array([]),
      "f": .object([:]),
    ])
    let text = """
      {
        "a": [1, 2],
        "b": [
          {
            "c": "d"
          },
          []
        ],
        "e": [],
        "f": {}
      }
      """
    #expect(value.text(pretty: true) == text)
  }

  @Test func controlsAreEscaped() {
    #expect(JSONValue.string("\"\\/\n\r\t\u{8}\u{1f}\0\u{7f}é😀").text() == #""\"\\/\n\r\t\u0008\u001f\u0000\u007fé😀""#)
    // A line feed and a carriage return are one character to Swift, but two to everyone else.
    #expect(JSONValue.string("\r\n").text() == #""\r\n""#)
  }

  @Test(arguments: [.infinity, -.infinity, .nan] as [Double]) func whatJSONHasNoWordForIsNull(_ number: Double) {
    #expect(JSONValue.number(number).text() == "null")
  }

  static let numbers: [Double] = [
    0, -0.0, 1, 0.1, 1e15, 1e16, 1e17, 1e22, 123456789.125, -1e-5, 1e-7, .leastNonzeroMagnitude,
    2.2250738585072014e-308,
    .greatestFiniteMagnitude, 9_007_199_254_740_992, 9_223_372_036_854_775_808,
  ]

  @Test(arguments: numbers) func aNumberIsReadBackToTheLastBit(_ number: Double) throws {
    let read = try JSONValue(parsing: JSONValue.number(number).text())
    guard case .number(let value) = read else {
      Issue.record("\(number) was read as \(read)")
      return
    }
    #expect(value.bitPattern == number.bitPattern)
  }

  @Test(arguments: [0, -1, .max, .min, 1 << 53 + 1] as [Int]) func anIntegerIsReadBack(_ integer: Int) throws {
    #expect(try JSONValue(parsing: JSONValue.integer(integer).text()) == .integer(integer))
  }

  @Test func everyCharacterIsReadBack() throws {
    var text = ""
    for value in 0...UInt32(0x10ffff) { if let scalar = Unicode.Scalar(value) { text.unicodeScalars.append(scalar) } }
    let read = try JSONValue(parsing: JSONValue.string(text).text()).string ?? ""
    #expect(read.utf8.elementsEqual(text.utf8))
  }

  @Test func membersKeepTheirOrder() throws {
    let names = (0..<1000).map { "\($0 * 7919 % 1000)" }
    let text = "{" + names.map { "\"\($0)\":\($0)" }.joined(separator: ",") + "}"
    let value = try JSONValue(parsing: text)
    #expect(value.object?.members.map(\.name) == names)
    #expect(value.text() == text)
  }
}
