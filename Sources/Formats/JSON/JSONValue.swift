/// A tree of plain data: what a JSON text, a YAML text or a checkpoint's configuration holds.
public enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  case integer(Int)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)
}

/// Named values in the order in which they were written. A name occurs once.
public struct JSONObject: Sendable, Equatable, ExpressibleByDictionaryLiteral {
  /// The members, in order.
  public private(set) var members: [(name: String, value: JSONValue)] = []
  private var places: [String: Int] = [:]

  /// An object without members.
  public init() {}

  /// An object with the given members; of two with the same name the later value wins.
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    for (name, value) in elements { self[name] = value }
  }

  /// The value of a name; nil when there is none. Setting nil has no effect on an absent name and removes a present
  /// one.
  public subscript(name: String) -> JSONValue? {
    get { places[name].map { members[$0].value } }
    set {
      switch (places[name], newValue) {
      case (let place?, let value?):
        members[place].value = value
      case (nil, let value?):
        places[name] = members.count
        members.append((name, value))
      case (let place?, nil):
        members.remove(at: place)
        places = [:]
        for (index, member) in members.enumerated() { places[member.name] = index }
      case (nil, nil): break
      }
    }
  }

  /// Two objects are equal when they have the same members, in whatever order.
  public static func == (left: JSONObject, right: JSONObject) -> Bool {
    left.members.count == right.members.count && left.members.allSatisfy { right[$0.name] == $0.value }
  }
}

extension JSONValue {
  /// The members, when this is an object.
  public var object: JSONObject? { if case .object(let value) = self { value } else { nil } }
  /// The elements, when this is an array.
  public var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }
  /// The text, when this is a string.
  public var string: String? { if case .string(let value) = self { value } else { nil } }
  /// The truth value, when this is one.
  public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }

  /// The whole number: an integer, or a number without a fraction that fits.
  public var integer: Int? {
    switch self {
    case .integer(let value): value
    case .number(let value): Int(exactly: value)
    default: nil
    }
  }

  /// The number, whole or not.
  public var number: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  /// The member of that name, when this is an object that has it.
  public subscript(name: String) -> JSONValue? { object?[name] }
}
