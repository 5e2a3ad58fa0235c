extension PickleMachine {
  /// A length that stands before data, no larger than what is left.
  mutating func length<Integer: FixedWidthInteger>(_ type: Integer.Type) throws(CheckpointFault) -> Int {
    let length = try need(reader.integer(type), MemoryLayout<Integer>.size)
    guard length >= 0 else { throw bad("a length of \(length)") }
    guard length <= reader.remaining else { throw truncated(Int(exactly: length)) }
    return Int(length)
  }

  mutating func bytes(_ count: Int) throws(CheckpointFault) -> Range<Int> {
    try need(reader.take(count), count)
  }

  mutating func text(_ count: Int) throws(CheckpointFault) -> String {
    guard count <= CheckpointLimits.textBytes else { throw textTooLong }
    return try need(reader.text(count), count)
  }

  /// A byte string: its length and its beginning are kept.
  mutating func pushBytes(count: Int) throws(CheckpointFault) {
    let range = try bytes(count)
    try push(.bytes(byteStrings.count))
    byteStrings.append((count, Array(reader[range].prefix(8))))
  }

  private var textTooLong: CheckpointFault { tooLarge(CheckpointLimits.textBytes, "bytes in one text") }

  /// A string of Python 2: UTF-8 when it can be, else Latin-1.
  mutating func byteText(_ count: Int) throws(CheckpointFault) -> String {
    guard count <= CheckpointLimits.textBytes else { throw textTooLong }
    return PickleMachine.text(Array(reader[try bytes(count)]))
  }

  mutating func line() throws(CheckpointFault) -> String { String(decoding: try lineBytes(), as: UTF8.self) }

  private mutating func lineBytes() throws(CheckpointFault) -> ArraySlice<UInt8> {
    let range = try need(reader.line(), nil)
    guard range.count <= CheckpointLimits.textBytes else { throw textTooLong }
    return reader[range]
  }

  /// The place in the memo that GET and PUT name in digits.
  mutating func lineNumber() throws(CheckpointFault) -> Int {
    let text = try line()
    guard let number = Int(text), number >= 0 else { throw bad("the memo number is \"\(text.prefix(40))\"") }
    return number
  }

  /// An integer in two's complement, least significant byte first.
  mutating func long(byteCount: Int) throws(CheckpointFault) -> PickleValue {
    let range = try bytes(byteCount)
    guard range.count <= CheckpointLimits.integerBytes else {
      throw tooLarge(CheckpointLimits.integerBytes, "bytes in one integer")
    }
    let bytes = Array(reader[range])
    guard let last = bytes.last else { return .integer(0) }
    let sign: UInt8 = last < 0x80 ? 0 : 0xff
    var significant = bytes.count
    while significant > 1, bytes[significant - 1] == sign, bytes[significant - 2] & 0x80 == sign & 0x80 {
      significant -= 1
    }
    guard significant <= 8 else { return .largeInteger(Array(bytes.prefix(significant))) }
    var pattern: UInt64 = sign == 0 ? 0 : .max
    for byte in bytes.prefix(significant).reversed() { pattern = pattern << 8 | UInt64(byte) }
    return .integer(Int(truncatingIfNeeded: pattern))
  }

  /// INT and LONG of protocol 0: decimal digits, an L at the end of a LONG; INT 00 and 01 are the truth values.
  mutating func textInteger() throws(CheckpointFault) -> PickleValue {
    let line = try line()
    if opcodeByte == PickleOpcode.int.rawValue {
      if line == "00" { return .bool(false) }
      if line == "01" { return .bool(true) }
    }
    let digits = line.hasSuffix("L") ? line.dropLast() : line[...]
    if let value = Int(digits) { return .integer(value) }
    guard digits.utf8.count <= 100, let value = PickleMachine.largeInteger(digits) else {
      throw bad("the integer \"\(line.prefix(40))\"")
    }
    return .largeInteger(value)
  }

  /// FLOAT of protocol 0, as Python's `repr` writes it.
  mutating func textNumber() throws(CheckpointFault) -> PickleValue {
    let line = try line()
    guard let value = Double(line) else { throw bad("the number \"\(line.prefix(40))\"") }
    return .number(value)
  }

  /// STRING of protocol 0: a Python 2 literal in quotes.
  mutating func quotedText() throws(CheckpointFault) -> String {
    let literal = Array(try lineBytes())
    guard literal.count >= 2, let quote = literal.first, quote == literal.last, quote == 0x22 || quote == 0x27 else {
      throw bad("a string without quotes")
    }
    return PickleMachine.text(try unescaped(literal[1..<literal.count - 1]))
  }

  /// UNICODE of protocol 0: Latin-1 with \uXXXX and \UXXXXXXXX escapes.
  mutating func rawUnicodeText() throws(CheckpointFault) -> String {
    let raw = Array(try lineBytes())
    var text = String.UnicodeScalarView()
    var index = 0
    while index < raw.count {
      let digits =
        index + 1 < raw.count && raw[index] == UInt8(ascii: "\\")
        ? [UInt8(ascii: "u"): 4, UInt8(ascii: "U"): 8][raw[index + 1], default: 0] : 0
      if digits > 0 {
        let hex = String(decoding: raw[(index + 2)...].prefix(digits), as: UTF8.self)
        guard hex.utf8.count == digits, let code = UInt32(hex, radix: 16) else { throw bad("a bad \\u escape") }
        text.append(Unicode.Scalar(code) ?? "\u{fffd}")
        index += 2 + digits
      } else {
        text.append(Unicode.Scalar(raw[index]))
        index += 1
      }
    }
    return String(text)
  }

  private func unescaped(_ literal: ArraySlice<UInt8>) throws(CheckpointFault) -> [UInt8] {
    let plain: [UInt8: UInt8] = [
      UInt8(ascii: "\\"): 0x5c, UInt8(ascii: "'"): 0x27, UInt8(ascii: "\""): 0x22, UInt8(ascii: "n"): 0x0a,
      UInt8(ascii: "r"): 0x0d, UInt8(ascii: "t"): 0x09, UInt8(ascii: "a"): 0x07, UInt8(ascii: "b"): 0x08,
      UInt8(ascii: "f"): 0x0c, UInt8(ascii: "v"): 0x0b,
    ]
    var bytes: [UInt8] = []
    var rest = literal
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "\\") else {
        bytes.append(byte)
        continue
      }
      guard let escape = rest.popFirst() else { throw bad("a string that ends in a backslash") }
      if let character = plain[escape] {
        bytes.append(character)
      } else if escape == UInt8(ascii: "x"),
        let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
      {
        bytes.append(code)
        rest = rest.dropFirst(2)
      } else {
        throw bad("an unknown escape in a string")
      }
    }
    return bytes
  }

  private static func text(_ bytes: [UInt8]) -> String {
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    var text = String.UnicodeScalarView()
    for byte in bytes { text.append(Unicode.Scalar(byte)) }
    return String(text)
  }

  /// Decimal digits, perhaps after a minus sign, as two's complement bytes.
  private static func largeInteger(_ text: Substring) -> [UInt8]? {
    let isNegative = text.hasPrefix("-")
    let digits = isNegative ? text.dropFirst() : text
    guard !digits.isEmpty else { return nil }
    var bytes: [UInt8] = [0]
    for character in digits.utf8 {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(character) else { return nil }
      var carry = Int(character - UInt8(ascii: "0"))
      for index in bytes.indices {
        carry += Int(bytes[index]) * 10
        bytes[index] = UInt8(carry & 0xff)
        carry >>= 8
      }
      if carry > 0 { bytes.append(UInt8(carry)) }
    }
    if bytes[bytes.count - 1] >= 0x80 { bytes.append(0) }
    guard isNegative else { return bytes }
    var carry = 1
    for index in bytes.indices {
      carry += Int(~bytes[index])
      bytes[index] = UInt8(carry & 0xff)
      carry >>= 8
    }
    return bytes
  }
}
