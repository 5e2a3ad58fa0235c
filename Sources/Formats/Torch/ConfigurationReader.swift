internal import LHJSON

/// Turns a part of a pickle into plain data.
///
/// Dictionaries, lists and scalars become themselves; `argparse.Namespace` its attributes; omegaconf's nodes their
/// content; an object of an unknown class its items, or its attributes, when that is all it was given, else its name in
/// `<>`.
struct ConfigurationReader {
  let path: String
  let pickle: Pickle
  private var size = 0

  init(_ container: Container) {
    path = container.path
    pickle = container.pickle
  }

  mutating func read(_ value: PickleValue, depth: Int = 0) throws(CheckpointFault) -> JSONValue {
    guard depth < CheckpointLimits.configurationDepth else {
      throw .badConfiguration(
        path: path, problem: "is nested deeper than \(CheckpointLimits.configurationDepth) levels, or holds itself")
    }
    try count(16)
    switch value {
    case .none: return .null
    case .bool(let value): return .bool(value)
    case .integer(let value): return .integer(value)
    case .largeInteger(let bytes):
      try count(bytes.count)
      return .number(ConfigurationReader.number(bytes))
    case .number(let value): return .number(value)
    case .string(let value):
      try count(value.utf8.count)
      return .string(value)
    case .bytes(let index): return .string("<\(pickle.byteStrings[index].count) bytes>")
    case .node: try count(pickle.weight(value))
    }
    if let entries = pickle.entries(value) { return try object(entries, depth: depth) }
    if let elements = pickle.elements(value) { return try array(elements, depth: depth) }
    if let name = pickle.name(value) { return .string(name) }
    guard let call = pickle.call(value) else { return .string("<object>") }
    return try object(named: call.name, arguments: call.arguments, value, depth: depth)
  }

  private mutating func object(_ entries: [PickleValue], depth: Int) throws(CheckpointFault) -> JSONValue {
    var object = JSONObject()
    func set(_ key: String, _ content: JSONValue) throws(CheckpointFault) {
      guard object[key] == nil else {
        throw .badConfiguration(path: path, problem: "has the key \(key) twice in one dictionary")
      }
      object[key] = content
    }
    for index in stride(from: 0, to: entries.count - 1, by: 2) {
      let content = try read(entries[index + 1], depth: depth + 1)
      switch entries[index] {
      case .string(let key):
        try count(key.utf8.count)
        try set(key, content)
      case .integer(let key): try set(String(key), content)
      default: break
      }
    }
    return .object(object)
  }

  private mutating func array(_ elements: [PickleValue], depth: Int) throws(CheckpointFault) -> JSONValue {
    var array: [JSONValue] = []
    for element in elements { array.append(try read(element, depth: depth + 1)) }
    return .array(array)
  }

  private mutating func object(
    named name: String, arguments: [PickleValue], _ value: PickleValue, depth: Int
  ) throws(CheckpointFault) -> JSONValue {
    let attributes = pickle.attributes(value)
    if let attributes, let key = pickle.repeatedKey(of: attributes) {
      throw .badConfiguration(path: path, problem: "has the key \(key) twice in one object")
    }
    if name.hasPrefix("omegaconf."), let attributes {
      if let content = pickle.entry("_content", of: attributes) { return try read(content, depth: depth + 1) }
      if let content = pickle.entry("_val", of: attributes) {
        let member = name.hasSuffix(".EnumNode") ? enumeration(content)?.member : nil
        return try read(member ?? content, depth: depth + 1)
      }
    }
    if let (type, member) = enumeration(value), type.hasPrefix("fairseq.") { return try read(member, depth: depth + 1) }
    if name == "numpy.core.multiarray.scalar" || name == "numpy._core.multiarray.scalar", arguments.count == 2 {
      return pickle.numpyScalar(format: arguments[0], content: arguments[1]) ?? .string("<\(name)>")
    }
    // A dictionary of a class of its own, such as Lightning's AttributeDict.
    if arguments.isEmpty, let entries = pickle.node(value)?.entries, !entries.isEmpty {
      return try self.object(entries, depth: depth)
    }
    if arguments.isEmpty, let attributes { return try object(attributes, depth: depth) }
    try count(name.utf8.count)
    return .string("<\(name)>")
  }

  /// An enumeration and the value or name of its member, if that is what `value` is.
  ///
  /// A member is pickled as a call of the enumeration with its value; by Python 3.11.0 to 3.11.3 as `getattr` of the
  /// enumeration and its name.
  private func enumeration(_ value: PickleValue) -> (type: String, member: PickleValue)? {
    guard let call = pickle.call(value) else { return nil }
    if call.name == "builtins.getattr", call.arguments.count == 2, case .string = call.arguments[1] {
      return pickle.name(call.arguments[0]).map { ($0, call.arguments[1]) }
    }
    guard call.arguments.count == 1, pickle.attributes(value) == nil else { return nil }
    if case .node = call.arguments[0] { return nil }
    return (call.name, call.arguments[0])
  }

  private mutating func count(_ amount: Int) throws(CheckpointFault) {
    size += amount
    guard size <= CheckpointLimits.configurationSize else {
      throw .badConfiguration(path: path, problem: "is too large to be one")
    }
  }

  /// The nearest number; exact digits matter to nobody beyond 64 bits.
  private static func number(_ bytes: [UInt8]) -> Double {
    var value = Double(Int8(bitPattern: bytes.last ?? 0))
    for byte in bytes.dropLast().reversed() { value = value * 256 + Double(byte) }
    return value
  }
}
