import JSON
import Testing

@Suite struct JSONParserTests {
  @Test(arguments: [
    ("null", JSONValue.null), (" true ", .bool(true)), ("false", .bool(false)), ("0", .integer(0)),
    ("-17", .integer(-17)), ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
    ("9223372036854775808", .number(9_223_372_036_854_775_808)), ("1.5", .number(1.5)), ("-0.0", .number(-0.0)),
    ("1e3", .number(1000)), ("2E-2", .number(0.02)), ("1e+2", .number(100)), ("\"\"", .string("")),
    ("\"a\\\"\\\\\\/\\b\\f\\n\\r\\tz\"", .string("a\"\\/\u{8}\u{c}\n\r\tz")), ("\"\\u00e9\"", .string("é")),
    ("\"\\uD83D\\uDE00\"", .string("😀")), ("\"é😀\"", .string("é😀")), ("[]", .array([])), ("{}", .object([:])),
    ("[1, [2], {\"a\": [3]}]", .array([.integer(1), .array([.integer(2)]), .object(["a": .array([.integer(3)])])])),
    ("\t\n\r {\"b\" : 1 , \"a\" : 2}\n", .object(["b": .integer(1), "a": .integer(2)])),
  ])
  func accepts(_ text: String, _ value: JSONValue) throws {
    #expect(try JSONValue(parsing: text) == value)
  }

  @Test(arguments: [
    "", " ", "nul", "True", "01", "-", "1.", ".5", "1e", "1e+", "+1", "0x10", "NaN", "Infinity", "1 2", "[1,]", "[1 2]",
    "[",
    "]", "{", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{\"a\":1 \"b\":2}", "'a'", "\"", "\"\\", "\"\\x\"",
    "\"\\u12\"",
    "\"\\u12G4\"", "\"\\uD83D\"", "\"\\uD83Dx\"", "\"\\uD83D\\u0041\"", "\"\\uDE00\"", "\"a\nb\"", "\"\u{1}\"", "1e999",
    "-1e999", "[]]", "{}{}", "\u{feff}1", "// 1", "[1]x",
  ])
  func refuses(_ text: String) {
    let fault = #expect(throws: JSONFault.self) { try JSONValue(parsing: text) }
    #expect(fault?.description.contains("\n") == false)
  }

  @Test func aNameThatOccursTwiceIsAFault() {
    let fault = #expect(throws: JSONFault.self) { try JSONValue(parsing: #"{"a": 1, "b": {"c": 1, "c": 2}}"#) }
    #expect(fault == .duplicateName("c", byte: 23))
    #expect(fault?.description == "the name \"c\" occurs a second time at byte 23")
  }

  @Test func differentSpellingsOfOneNameAreOneName() {
    #expect(throws: JSONFault.self) { try JSONValue(parsing: #"{"a": 1, "\u0061": 2}"#) }
  }

  @Test func textThatIsNotUTF8IsAFault() {
    for bytes: [UInt8] in [
      [0x22, 0xff, 0x22], [0x22, 0xc0, 0x80, 0x22], [0x22, 0xed, 0xa0, 0x80, 0x22], [0x22, 0xe2, 0x82, 0x22],
    ] {
      #expect(throws: JSONFault.self) { try JSONValue(parsing: bytes) }
    }
  }

  @Test func depthIsLimited() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    _ = try JSONValue(parsing: nested(64))
    #expect(throws: JSONFault.tooDeep(limit: 64)) { try JSONValue(parsing: nested(65)) }
    #expect(throws: JSONFault.tooDeep(limit: 64)) { try JSONValue(parsing: String(repeating: "[", count: 1_000_000)) }
    #expect(throws: JSONFault.tooDeep(limit: 3)) { try JSONValue(parsing: #"{"a":{"b":{"c":1}}}"#, depthLimit: 3) }
  }

  /// Cut anywhere, a text is refused, and damaged anywhere it is refused or read, in bounded time.
  @Test func damageIsRefusedOrRead() throws {
    let text = #"{"name": "a\u00e9\n", "list": [1, -2.5e3, true, null, {"x": []}], "😀": "\uD83D\uDE00"}"#
    let bytes = Array(text.utf8)
    _ = try JSONValue(parsing: bytes)
    for count in 0..<bytes.count {
      #expect(throws: JSONFault.self, "\(count) bytes") { try JSONValue(parsing: bytes[..<count]) }
    }
    var state: UInt64 = 1
    for _ in 0..<20_000 {
      var damaged = bytes
      for _ in 0..<3 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        damaged[Int(state >> 33) % bytes.count] = UInt8(truncatingIfNeeded: state >> 25)
      }
      if let value = try? JSONValue(parsing: damaged) {
        #expect(try JSONValue(parsing: value.text()) == value)
      }
    }
  }

  @Test func aLongTextTakesTimeInProportion() throws {
    let members = (0..<40_000).map { "\"name \($0)\": [\($0), \"\(String(repeating: "x", count: 10))\"]" }
    let value = try JSONValue(parsing: "{" + members.joined(separator: ",") + "}")
    #expect(value.object?.members.count == 40_000)
    #expect(value["name 39999"]?.array?.first == .integer(39_999))
  }
}
