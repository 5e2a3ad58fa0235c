import LHJSON

/// Changes a value somewhere in a JSON text, which stays one.
enum JSONMutation {
  static func mutated(_ text: [UInt8], _ mutator: inout Mutator) -> [UInt8] {
    guard mutator.random(4) > 0, let json = try? JSONValue(parsing: text, depthLimit: 32) else {
      return mutator.mutated(text)
    }
    var place = mutator.random(count(json))
    return Array(changed(json, at: &place, &mutator).text().utf8)
  }

  /// Values of a tree.
  private static func count(_ json: JSONValue) -> Int {
    switch json {
    case .array(let elements): elements.reduce(1) { $0 + count($1) }
    case .object(let object): object.members.reduce(1) { $0 + count($1.value) }
    default: 1
    }
  }

  /// The tree with the value at a place, counted in the order of the text, replaced; `place` counts down to it.
  private static func changed(_ json: JSONValue, at place: inout Int, _ mutator: inout Mutator) -> JSONValue {
    let isChosen = place == 0
    place -= 1
    if isChosen { return replaced(json, &mutator) }
    switch json {
    case .array(let elements):
      var changedElements: [JSONValue] = []
      for element in elements { changedElements.append(changed(element, at: &place, &mutator)) }
      return .array(changedElements)
    case .object(let object):
      var members = JSONObject()
      for member in object.members { members[member.name] = changed(member.value, at: &place, &mutator) }
      return .object(members)
    default: return json
    }
  }

  private static func replaced(_ json: JSONValue, _ mutator: inout Mutator) -> JSONValue {
    switch (json, mutator.random(3)) {
    case (.integer(let value), 0...1):
      return .integer(Int(truncatingIfNeeded: mutator.number(near: UInt64(bitPattern: Int64(value)))))
    case (.bool(let value), 0...1): return .bool(!value)
    case (.array(let elements), 0): return .array(Array(elements.dropLast()))
    case (.array(let elements), 1): return .array(elements + elements.suffix(1))
    case (.object(let object), 0...1):
      guard !object.members.isEmpty else { return json }
      var object = object
      object[mutator.choose(object.members.map(\.name))] = nil
      return .object(object)
    default:
      return mutator.choose([
        .null, .bool(true), .bool(false), .integer(0), .integer(1), .integer(2), .integer(3), .integer(16),
        .number(0.5), .string(""), .string("x"), .string("true"), .string("12"), .array([]), .object([:]),
      ])
    }
  }
}
