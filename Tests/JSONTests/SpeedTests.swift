import LHJSON
import Testing

/// Time grows with the size of a text, not with its square: no header of 1 MiB takes long. The limit is some fifty
/// times what is needed, and a fraction of what the square would take.
@Suite(.serialized) struct SpeedTests {
  static let size = 1 << 20

  static func list(_ element: (Int) -> String) -> String {
    var text = "["
    for index in 0... {
      text += (index > 0 ? "," : "") + element(index)
      if text.utf8.count >= size { return text + "]" }
    }
    return text
  }

  static func object(_ member: (Int) -> String) -> String { "{" + list(member).dropFirst().dropLast() + "}" }

  static let texts: [(String, @Sendable () -> String)] = [
    ("a string", { "\"" + String(repeating: "é", count: size / 2) + "\"" }),
    ("escapes", { "\"" + String(repeating: "\\u00e9", count: size / 6) + "\"" }),
    ("combining marks", { "\"" + String(repeating: "\u{301}", count: size / 2) + "\"" }),
    ("small numbers", { list { "\($0 % 10)" } }),
    ("fractions", { list { "0.\($0)e-\($0 % 300)" } }),
    ("one number", { "0." + String(repeating: "123456789", count: size / 9) }),
    ("one exponent", { "0e" + String(repeating: "9", count: size) }),
    ("an integer with zeros after it", { "1" + String(repeating: "0", count: size) }),
    ("members", { object { "\"\($0)\":\($0)" } }),
    ("members whose names begin alike", { object { "\"\(String(repeating: "x", count: 200))\($0)\":0" } }),
    ("tensors", { object { "\"encoder.layers.\($0).weight\":{\"shape\":[768,768],\"offset\":\($0)}" } }),
    ("empty arrays", { list { _ in "[]" } }),
    ("space", { String(repeating: " \n", count: size / 2) + "1" }),
    ("brackets", { String(repeating: "[", count: size) }),
    (
      "nested objects",
      { list { _ in String(repeating: "{\"a\":", count: 60) + "0" + String(repeating: "}", count: 60) } }
    ),
  ]

  @Test(arguments: 0..<texts.count) func aMebibyteIsReadAndWrittenQuickly(_ index: Int) {
    let (name, make) = SpeedTests.texts[index]
    let text = make()
    let time = ContinuousClock().measure {
      guard let value = try? JSONValue(parsing: text) else { return }
      _ = value.text(pretty: true)
    }
    #expect(time < .seconds(2), "\(name): \(time)")
  }
}
