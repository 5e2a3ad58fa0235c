import LHJSON
import Testing

@Suite struct JSONValueTests {
  static let sample = JSONValue.object([
    "text": .string("line\n\"quoted\" \\ \u{1} é"), "numbers": .array([.integer(1), .number(0.1), .number(-1e-300)]),
    "empty": .object([:]), "nothing": .null, "nested": .array([.object(["a": .bool(true)]), .array([])]),
  ])

  @Test(arguments: [true, false])
  func whatIsWrittenIsReadBack(pretty: Bool) throws {
    #expect(try JSONValue(parsing: JSONValueTests.sample.text(pretty: pretty)) == JSONValueTests.sample)
  }

  @Test func membersStayInTheirOrder() throws {
    let text = #"{"z":1,"a":{"y":2,"b":3},"m":[]}"#
    #expect(try JSONValue(parsing: text).text() == text)
  }

  @Test func prettyTextHasALineForEachElement() {
    let value = JSONValue.object(["a": .array([.integer(1), .integer(2)]), "b": .array([.object(["c": .null])])])
    #expect(
      value.text(pretty: true) == """
        {
          "a": [1, 2],
          "b": [
            {
              "c": null
            }
          ]
        }
        """)
  }

  @Test func objectsAreEqualWhateverTheOrder() {
    let one: JSONObject = ["a": .integer(1), "b": .integer(2)]
    let other: JSONObject = ["b": .integer(2), "a": .integer(1)]
    #expect(one == other)
    #expect(one != ["a": .integer(1)])
  }

  @Test func membersAreReplacedAndRemoved() {
    var object: JSONObject = ["a": .integer(1), "b": .integer(2), "c": .integer(3)]
    object["b"] = .null
    object["a"] = nil
    object["x"] = nil
    #expect(object.members.map(\.name) == ["b", "c"])
    #expect(object["b"] == .null && object["c"] == .integer(3) && object["a"] == nil)
  }

  @Test func wholeNumbersAreIntegersHoweverWritten() throws {
    #expect(try JSONValue(parsing: "4.0").integer == 4)
    #expect(try JSONValue(parsing: "4.5").integer == nil)
    #expect(try JSONValue(parsing: "1e30").integer == nil)
    #expect(JSONValue.integer(3).number == 3)
    #expect(JSONValue.string("3").number == nil)
  }

  @Test func whatIsNoNumberIsWrittenAsNull() {
    #expect(JSONValue.array([.number(.nan), .number(.infinity)]).text() == "[null,null]")
  }
}
