import LHJSON
import LHSystem
import Testing

/// What RFC 8259 allows is read, and nothing else.
@Suite struct AcceptanceTests {
  struct Text: CustomTestStringConvertible, Sendable {
    let text: String
    let value: JSONValue
    var testDescription: String { text }
    init(_ text: String, _ value: JSONValue) {
      self.text = text
      self.value = value
    }
  }

  static let accepted = [
    Text("null", .null), Text(" \t\r\n true \t\r\n ", .bool(true)), Text("false", .bool(false)),
    Text("[]", .array([])), Text("[ ]", .array([])), Text("{}", .object([:])), Text("{\n}", .object([:])),
    Text("[1,[2 , [ ]],{}]", .array([.integer(1), .array([.integer(2), .array([])]), .object([:])])),
    Text(#"{"a":1,"":null}"#, .object(["a": .integer(1), "": .null])),
    Text(#"{ "a" : { "a" : [ ] } }"#, .object(["a": .object(["a": .array([])])])),
    Text("0", .integer(0)), Text("-0", .integer(0)), Text("-1", .integer(-1)), Text("10", .integer(10)),
    Text("9223372036854775807", .integer(.max)), Text("-9223372036854775808", .integer(.min)),
    Text("9223372036854775808", .number(9_223_372_036_854_775_808)),
    Text("-9223372036854775809", .number(-9_223_372_036_854_775_808)),
    Text("123456789012345678901234567890", .number(123_456_789_012_345_677_877_719_597_056)),
    Text("0.5", .number(0.5)), Text("-0.0", .number(0)), Text("1.0", .number(1)), Text("1e0", .number(1)),
    Text("1E+2", .number(100)), Text("25e-1", .number(2.5)), Text("0e1", .number(0)), Text("0E-0", .number(0)),
    Text("1.7976931348623157e308", .number(.greatestFiniteMagnitude)),
    Text("4.9406564584124654e-324", .number(.leastNonzeroMagnitude)), Text("1e-400", .number(0)),
    Text("0.1000000000000000055511151231257827021181583404541015625", .number(0.1)),
    Text(#""""#, .string("")), Text(#""a\"\\\/\b\f\n\r\tz""#, .string("a\"\\/\u{8}\u{c}\n\r\tz")),
    Text(#""\u0000\u001F\u007f""#, .string("\0\u{1f}\u{7f}")), Text(#""\u00e9\u20AC""#, .string("é€")),
    Text(#""\uD83D\uDE00\ud800\udc00\udbff\uDFFF""#, .string("😀\u{10000}\u{10ffff}")),
    Text("\"\u{7f}é😀\"", .string("\u{7f}é😀")),
    Text(#""\ufffe\uFFFF""#, .string("\u{fffe}\u{ffff}")),
  ]

  @Test(arguments: accepted) func isRead(_ text: Text) throws {
    #expect(try JSONValue(parsing: text.text) == text.value)
  }

  static let rejected = [
    "", " ", "nul", "nulll", "True", "truefalse", "NaN", "Infinity", "-Infinity", "undefined", "'a'",
    "[", "]", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "[1,,2]", "[1}", "{", "}", "{]", #"{"a"#, #"{"a""#, #"{"a":"#,
    #"{"a":1"#, #"{"a":1,"#, #"{"a":1,}"#, #"{,"a":1}"#, #"{"a" 1}"#, #"{"a"::1}"#, #"{a:1}"#, "{1:1}", "{null:1}",
    #"{"a":1 "b":2}"#, #"{"a":1}}"#, "1 2", "[][]", "[]x", "[] //", "/**/1", "#", "\u{feff}1", "\u{a0}1", "1\0",
    "\u{c}1",
    "-", "+1", "--1", "01", "-01", "00", "1.", "-1.", ".5", "1.e1", "1e", "1e+", "1e-", "1e1.5", "1.5.5", "0x10",
    "1_000",
    "1e400", "-1e400", "1f", "１",
    #"""#, #""a"#, #"""""#, #""\"#, #""\""#, #""\x41""#, #""\'""#, #""\u""#, #""\u12""#, #""\u123g""#, #""\U0041""#,
    #""\u+123""#,
    #""\u 123""#, #""\ud800""#, #""\udc00""#, #""\ud800x""#, #""\ud800\n""#, #""\ud800\u0041""#, #""\ud800\ud800""#,
    #""\ud800\u""#, #""\ud800\udc0""#, "\"\n\"", "\"\t\"", "\"\0\"", "\"\u{1f}\"",
  ]

  @Test(arguments: rejected) func isRefused(_ text: String) {
    #expect(throws: JSONFault.self) { try JSONValue(parsing: text) }
  }

  static let notUTF8: [[UInt8]] = [
    [0x80], [0xff], [0xfe], [0xc0, 0x80], [0xc1, 0xbf], [0xc3], [0xe2, 0x82], [0xe0, 0x80, 0x80], [0xed, 0xa0, 0x80],
    [0xed, 0xb0, 0x80], [0xf0, 0x80, 0x80, 0x80], [0xf0, 0x9f, 0x98], [0xf4, 0x90, 0x80, 0x80],
    [0xf8, 0x88, 0x80, 0x80, 0x80],
    [0xc3, 0x28], [0xe2, 0x28, 0xa1],
  ]

  @Test(arguments: notUTF8) func bytesThatAreNotUTF8AreRefused(_ bytes: [UInt8]) {
    let quote = UInt8(ascii: "\"")
    #expect(throws: JSONFault.self) { try JSONValue(parsing: [quote] + bytes + [quote]) }
    #expect(throws: JSONFault.self) { try JSONValue(parsing: bytes) }
    #expect(throws: JSONFault.self) { try JSONValue(parsing: [UInt8(ascii: "1")] + bytes) }
  }

  @Test(arguments: [#"{"a":1,"a":1}"#, #"{"a":1,"b":{},"\u0061":2}"#, #"[{"":1,"":2}]"#, #"{"a":{"b":1,"b":2}}"#])
  func aNameOccursOnce(_ text: String) {
    #expect { try JSONValue(parsing: text) } throws: { error in
      if case .duplicateName = error as? JSONFault { true } else { false }
    }
  }

  /// Names that look the same to a reader are the same name, however their accents are written.
  @Test func equivalentNamesAreDuplicates() {
    #expect(throws: JSONFault.duplicateName("e\u{301}", byte: 8)) { try JSONValue(parsing: "{\"é\":1,\"e\u{301}\":2}") }
  }

  @Test(arguments: [1, 2, 64, 500]) func nestingIsLimited(_ limit: Int) throws {
    func nested(_ levels: Int, _ inner: String = "") -> (arrays: String, objects: String) {
      let opening = String(repeating: #"{"a":"#, count: levels - 1)
      return (
        String(repeating: "[", count: levels) + inner + String(repeating: "]", count: levels),
        opening + (inner.isEmpty ? "{}" : #"{"a":\#(inner)}"#) + String(repeating: "}", count: levels - 1)
      )
    }
    for inner in ["", "1", "\"\""] {
      for text in [nested(limit, inner).arrays, nested(limit, inner).objects] {
        #expect(throws: Never.self) { try JSONValue(parsing: text, depthLimit: limit) }
      }
      for text in [nested(limit + 1, inner).arrays, nested(limit + 1, inner).objects] {
        #expect(throws: JSONFault.tooDeep(limit: limit)) { try JSONValue(parsing: text, depthLimit: limit) }
      }
    }
    #expect(throws: JSONFault.tooDeep(limit: limit)) {
      try JSONValue(parsing: String(repeating: "[", count: 1_000_000), depthLimit: limit)
    }
  }

  @Test func theWholeNumberOfANumber() throws {
    #expect(try JSONValue(parsing: "3.0").integer == 3)
    #expect(try JSONValue(parsing: "1e3").integer == 1000)
    #expect(try JSONValue(parsing: "-0.0").integer == 0)
    #expect(try JSONValue(parsing: "-0.0").number?.sign == .minus)
    #expect(try JSONValue(parsing: "3.5").integer == nil)
    #expect(try JSONValue(parsing: "9223372036854775808").integer == nil)
    #expect(try JSONValue(parsing: "-9223372036854775808").integer == .min)
    #expect(try JSONValue(parsing: "1e300").integer == nil)
    #expect(try JSONValue(parsing: "\"3\"").integer == nil)
  }
}
