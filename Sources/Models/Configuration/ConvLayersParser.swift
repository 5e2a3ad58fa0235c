/// Reads `conv_feature_layers`, a Python expression such as "[(512,10,5)] + [(512,3,2)] * 4", without evaluating
/// anything.
///
///     sum     = product { "+" product }
///     product = factor { "*" factor }              a list or tuple times a number, or numbers
///     factor  = number | "[" items "]" | "(" items ")"
///     items   = [ sum { "," sum } [ "," ] ]        "(" sum ")" is the sum itself, as in Python
///
/// Numbers, the layers and the depth of the brackets are bounded, so that no text makes it large or slow.
package struct ConvLayersParser {
  /// The most layers, and the most elements of any list on the way.
  package static let layerLimit = 64
  private static let numberLimit = 1_000_000
  private static let depthLimit = 16
  private static let textLimit = 4096

  private indirect enum Value {
    case number(Int)
    case list([Value], isTuple: Bool)

    var kind: String {
      switch self {
      case .number(let number): "the number \(number)"
      case .list(let elements, let isTuple): "a \(isTuple ? "tuple" : "list") of \(elements.count)"
      }
    }
  }

  private let text: String
  private let bytes: [UInt8]
  private var position = 0

  /// The layers that the text describes. Their sizes are not checked.
  package static func layers(_ text: String) throws(ConvLayersFault) -> [ConvLayer] {
    var parser = ConvLayersParser(text)
    return try parser.layers()
  }

  private init(_ text: String) {
    self.text = text
    bytes = Array(text.utf8.prefix(ConvLayersParser.textLimit + 1))
  }

  private mutating func layers() throws(ConvLayersFault) -> [ConvLayer] {
    guard bytes.count <= ConvLayersParser.textLimit else {
      throw fault(
        "more text", at: ConvLayersParser.textLimit, expected: "at most \(ConvLayersParser.textLimit) characters")
    }
    let value = try sum(depth: 0)
    if let byte = peek() { throw fault(byte, expected: "'+', '*' or the end") }
    guard case .list(let elements, _) = value, !elements.isEmpty else {
      throw fault(value.kind, at: 0, expected: "a list of (channels, kernel, stride)")
    }
    var layers: [ConvLayer] = []
    for element in elements {
      guard case .list(let sizes, _) = element, sizes.count == 3, case .number(let channels) = sizes[0],
        case .number(let kernel) = sizes[1], case .number(let stride) = sizes[2]
      else {
        throw fault("\(element.kind) as layer \(layers.count)", at: 0, expected: "(channels, kernel, stride)")
      }
      layers.append(ConvLayer(channels: channels, kernel: kernel, stride: stride))
    }
    return layers
  }

  private mutating func sum(depth: Int) throws(ConvLayersFault) -> Value {
    var value = try product(depth: depth)
    while take("+") {
      let start = position
      switch (value, try product(depth: depth)) {
      case (.number(let left), .number(let right)):
        value = .number(try bounded(left + right, at: start))
      case (.list(let left, let isTuple), .list(let right, let isAlsoTuple)) where isTuple == isAlsoTuple:
        value = .list(try bounded(left + right, at: start), isTuple: isTuple)
      case (_, let right):
        throw fault(right.kind, at: start, expected: "the same kind as left of '+', \(value.kind)")
      }
    }
    return value
  }

  private mutating func product(depth: Int) throws(ConvLayersFault) -> Value {
    var value = try factor(depth: depth)
    while take("*") {
      let start = position
      switch (value, try factor(depth: depth)) {
      case (.number(let left), .number(let right)):
        // Both are below the limit, so the product cannot overflow.
        value = .number(try bounded(left * right, at: start))
      case (.list(let elements, let isTuple), .number(let times)),
        (.number(let times), .list(let elements, let isTuple)):
        guard elements.isEmpty || times <= ConvLayersParser.layerLimit else { throw tooMany(at: start) }
        let repeated = Array(repeating: elements, count: elements.isEmpty ? 1 : times).flatMap { $0 }
        value = .list(try bounded(repeated, at: start), isTuple: isTuple)
      case (_, let right):
        throw fault(right.kind, at: start, expected: "a number, to repeat \(value.kind)")
      }
    }
    return value
  }

  private mutating func factor(depth: Int) throws(ConvLayersFault) -> Value {
    guard depth < ConvLayersParser.depthLimit else {
      throw fault("another bracket", at: position, expected: "at most \(ConvLayersParser.depthLimit) inside each other")
    }
    if take("[") { return .list(try items(until: "]", depth: depth + 1).values, isTuple: false) }
    if take("(") {
      let items = try items(until: ")", depth: depth + 1)
      if items.values.count == 1 && !items.hasComma { return items.values[0] }
      return .list(items.values, isTuple: true)
    }
    return .number(try number())
  }

  private mutating func items(
    until end: Unicode.Scalar, depth: Int
  ) throws(ConvLayersFault) -> (values: [Value], hasComma: Bool) {
    var values: [Value] = []
    var hasComma = false
    while !take(end) {
      let start = position
      values = try bounded(values + [try sum(depth: depth)], at: start)
      if take(",") {
        hasComma = true
        continue
      }
      guard take(end) else { throw fault(peek(), expected: "',' or '\(end)'") }
      break
    }
    return (values, hasComma)
  }

  private mutating func number() throws(ConvLayersFault) -> Int {
    skipSpace()
    let start = position
    var number = 0
    while let byte = peekRaw(), (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
      number = try bounded(number * 10 + Int(byte - UInt8(ascii: "0")), at: start)
      position += 1
    }
    guard position > start else { throw fault(peek(), expected: "a number, '[' or '('") }
    return number
  }

  // MARK: Bounds and characters

  private func bounded(_ number: Int, at start: Int) throws(ConvLayersFault) -> Int {
    guard number <= ConvLayersParser.numberLimit else {
      throw fault("a number that is too large", at: start, expected: "at most \(ConvLayersParser.numberLimit)")
    }
    return number
  }

  private func bounded(_ elements: [Value], at start: Int) throws(ConvLayersFault) -> [Value] {
    guard elements.count <= ConvLayersParser.layerLimit else { throw tooMany(at: start) }
    return elements
  }

  private func tooMany(at start: Int) -> ConvLayersFault {
    fault("too many elements", at: start, expected: "at most \(ConvLayersParser.layerLimit) layers")
  }

  private func peekRaw() -> UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func peek() -> UInt8? {
    skipSpace()
    return peekRaw()
  }

  private mutating func skipSpace() {
    while let byte = peekRaw(), byte == 0x20 || (0x09...0x0d).contains(byte) { position += 1 }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard peek() == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private func fault(_ byte: UInt8?, expected: String) -> ConvLayersFault {
    guard let byte else { return fault("its end", at: position, expected: expected) }
    let isPrintable = (0x21..<0x7f).contains(byte)
    let found = isPrintable ? "'\(Character(Unicode.Scalar(byte)))'" : "byte 0x" + String(byte, radix: 16)
    return fault(found, at: position, expected: expected)
  }

  private func fault(_ found: String, at position: Int, expected: String) -> ConvLayersFault {
    ConvLayersFault(text: text, position: position, found: found, expected: expected)
  }
}
