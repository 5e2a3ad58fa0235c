extension JSONValue {
  /// Reads one JSON text. Nothing but white space may follow it.
  ///
  /// Stricter than most readers on purpose: a name that occurs twice in an object is an error, because two readers
  /// could then disagree about what a file says.
  public init(parsing text: some Collection<UInt8>, depthLimit: Int = 64) throws(JSONFault) {
    var parser = JSONParser(bytes: Array(text), depthLimit: depthLimit)
    parser.skipSpace()
    self = try parser.value(depth: 0)
    parser.skipSpace()
    if let byte = parser.peek() { throw parser.unexpected(byte, expected: "the end of the text") }
  }

  /// Reads one JSON text.
  public init(parsing text: String, depthLimit: Int = 64) throws(JSONFault) {
    try self.init(parsing: text.utf8, depthLimit: depthLimit)
  }
}

struct JSONParser {
  let bytes: [UInt8]
  let depthLimit: Int
  var position = 0

  func peek() -> UInt8? { position < bytes.count ? bytes[position] : nil }

  func unexpected(_ byte: UInt8, expected: String) -> JSONFault {
    let isPrintable = (0x20..<0x7f).contains(byte)
    let found = isPrintable ? "'\(Character(Unicode.Scalar(byte)))'" : "0x" + String(byte, radix: 16)
    return .unexpected(found: found, expected: expected, byte: position)
  }

  mutating func skipSpace() {
    while let byte = peek(), byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { position += 1 }
  }

  mutating func expect(_ byte: UInt8, _ expected: String) throws(JSONFault) {
    guard let found = peek() else { throw .truncated(expected: expected) }
    guard found == byte else { throw unexpected(found, expected: expected) }
    position += 1
  }

  mutating func value(depth: Int) throws(JSONFault) -> JSONValue {
    guard let byte = peek() else { throw .truncated(expected: "a value") }
    let isNested = byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[")
    guard depth < depthLimit || !isNested else { throw .tooDeep(limit: depthLimit) }
    switch byte {
    case UInt8(ascii: "{"): return .object(try object(depth: depth))
    case UInt8(ascii: "["): return .array(try array(depth: depth))
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    default: throw unexpected(byte, expected: "a value")
    }
  }

  private mutating func word(_ word: String, _ value: JSONValue) throws(JSONFault) -> JSONValue {
    for byte in word.utf8 { try expect(byte, word) }
    return value
  }

  private mutating func object(depth: Int) throws(JSONFault) -> JSONObject {
    position += 1
    var object = JSONObject()
    skipSpace()
    if peek() == UInt8(ascii: "}") {
      position += 1
      return object
    }
    while true {
      skipSpace()
      guard let byte = peek() else { throw .truncated(expected: "a name") }
      guard byte == UInt8(ascii: "\"") else { throw unexpected(byte, expected: "a name in quotes") }
      let start = position
      let name = try string()
      guard object[name] == nil else { throw .duplicateName(name, byte: start) }
      skipSpace()
      try expect(UInt8(ascii: ":"), "':'")
      skipSpace()
      object[name] = try value(depth: depth + 1)
      skipSpace()
      if peek() == UInt8(ascii: ",") {
        position += 1
        continue
      }
      try expect(UInt8(ascii: "}"), "',' or '}'")
      return object
    }
  }

  private mutating func array(depth: Int) throws(JSONFault) -> [JSONValue] {
    position += 1
    var elements: [JSONValue] = []
    skipSpace()
    if peek() == UInt8(ascii: "]") {
      position += 1
      return elements
    }
    while true {
      skipSpace()
      elements.append(try value(depth: depth + 1))
      skipSpace()
      if peek() == UInt8(ascii: ",") {
        position += 1
        continue
      }
      try expect(UInt8(ascii: "]"), "',' or ']'")
      return elements
    }
  }

  private mutating func digits() throws(JSONFault) {
    let start = position
    while let byte = peek(), (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
    guard position == start else { return }
    guard let byte = peek() else { throw .truncated(expected: "a digit") }
    throw unexpected(byte, expected: "a digit")
  }

  private mutating func number() throws(JSONFault) -> JSONValue {
    let start = position
    if peek() == UInt8(ascii: "-") { position += 1 }
    if peek() == UInt8(ascii: "0") { position += 1 } else { try digits() }
    var isWhole = true
    if peek() == UInt8(ascii: ".") {
      isWhole = false
      position += 1
      try digits()
    }
    if let byte = peek(), byte | 0x20 == UInt8(ascii: "e") {
      isWhole = false
      position += 1
      if let sign = peek(), sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { position += 1 }
      try digits()
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if isWhole, let integer = Int(text) { return .integer(integer) }
    guard let number = Double(text), number.isFinite else { throw .numberOutOfRange(text, byte: start) }
    return .number(number)
  }
}
