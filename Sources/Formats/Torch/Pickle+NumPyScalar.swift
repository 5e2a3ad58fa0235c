internal import LHJSON

extension Pickle {
  /// A NumPy number, which is pickled as its dtype and its bytes; nil when the dtype is none of the plain ones.
  func numpyScalar(format: PickleValue, content: PickleValue) -> JSONValue? {
    guard let dtype = call(format), dtype.name == "numpy.dtype", case .string(let code)? = dtype.arguments.first,
      var bytes = byteString(content)
    else { return nil }
    if let state = node(format).flatMap({ elements($0.state) }), state.count > 1, case .string(">") = state[1] {
      bytes.reverse()
    }
    let pattern = bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    switch (code, bytes.count) {
    case ("f8", 8): return .number(Double(bitPattern: pattern))
    case ("f4", 4): return .number(Double(Float(bitPattern: UInt32(pattern))))
    case ("i8", 8): return .integer(Int(Int64(bitPattern: pattern)))
    case ("i4", 4): return .integer(Int(Int32(bitPattern: UInt32(pattern))))
    case ("b1", 1): return .bool(pattern != 0)
    default: return nil
    }
  }

  /// A byte string of at most 8 bytes: as it is, or as protocol 2 has it, text to be encoded in Latin-1.
  private func byteString(_ value: PickleValue) -> [UInt8]? {
    if case .bytes(let index) = value {
      let string = byteStrings[index]
      return string.count <= string.first.count ? string.first : nil
    }
    guard let call = call(value), call.name == "_codecs.encode", call.arguments.count == 2,
      case .string(let text) = call.arguments[0], case .string("latin1") = call.arguments[1],
      text.unicodeScalars.count <= 8
    else { return nil }
    return text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
  }
}
