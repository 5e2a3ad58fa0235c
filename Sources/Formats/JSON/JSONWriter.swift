extension JSONValue {
  /// This value as a JSON text in UTF-8, members in their order.
  ///
  /// - Parameter pretty: Two spaces of indentation and a line an element, instead of one line. Arrays that hold no
  ///   arrays or objects stay on their line.
  public func text(pretty: Bool = false) -> String {
    var text = ""
    write(to: &text, pretty: pretty, depth: 0)
    return text
  }

  private var isLeaf: Bool {
    switch self {
    case .array, .object: false
    default: true
    }
  }

  private func write(to text: inout String, pretty: Bool, depth: Int) {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .integer(let value): text += String(value)
    case .number(let value): text += value.isFinite ? "\(value)" : "null"
    case .string(let value): JSONValue.write(value, to: &text)
    case .array(let elements):
      let isFlat = !pretty || elements.allSatisfy(\.isLeaf)
      JSONValue.write("[", "]", elements, to: &text, indented: !isFlat, spaced: pretty, depth: depth) { element, text in
        element.write(to: &text, pretty: pretty, depth: depth + 1)
      }
    case .object(let object):
      JSONValue.write(
        "{", "}", object.members, to: &text, indented: pretty, spaced: pretty, depth: depth
      ) { member, text in
        JSONValue.write(member.name, to: &text)
        text += pretty ? ": " : ":"
        member.value.write(to: &text, pretty: pretty, depth: depth + 1)
      }
    }
  }

  private static func write<Element>(
    _ open: String, _ close: String, _ elements: [Element], to text: inout String, indented: Bool, spaced: Bool,
    depth: Int, each: (Element, inout String) -> Void
  ) {
    text += open
    for (index, element) in elements.enumerated() {
      if index > 0 { text += spaced && !indented ? ", " : "," }
      if indented { text += "\n" + String(repeating: "  ", count: depth + 1) }
      each(element, &text)
    }
    if indented && !elements.isEmpty { text += "\n" + String(repeating: "  ", count: depth) }
    text += close
  }

  private static func write(_ string: String, to text: inout String) {
    text += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case Unicode.Scalar(0)..<Unicode.Scalar(0x20), Unicode.Scalar(0x7f):
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}
