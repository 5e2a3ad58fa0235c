package import LHJSON

/// Takes typed values out of an object and remembers what was wrong with those that are none.
package struct FieldReader {
  /// What counts as a value.
  package enum Manner {
    /// Another program wrote the object: a missing or null field has its default, unknown fields are ignored, and a
    /// number or truth value may be written as a string.
    case lenient
    /// We wrote the object: every field is there, in its own type, and no other is.
    case strict
  }

  private let object: JSONObject
  private let manner: Manner
  private let prefix: String
  private var unread: Set<String>
  /// What was wrong, in the order of reading.
  package private(set) var violations: [Violation] = []
  /// The fields that were asked for and are there.
  package private(set) var stated: Set<String> = []

  /// A reader of an object's fields, called `prefix` + name in messages.
  package init(_ object: JSONObject, _ manner: Manner, prefix: String = "") {
    self.object = object
    self.manner = manner
    self.prefix = prefix
    unread = Set(object.members.map(\.name))
  }

  /// What messages call a field.
  package func fullName(of field: String) -> String { prefix + field }

  /// Remembers a violation of a field.
  package mutating func refuse(_ field: String, layer: Int? = nil, _ value: JSONValue, expected: String) {
    violations.append(Violation(field: prefix + field, layer: layer, value: shown(value), allowed: expected))
  }

  /// Remembers a violation that concerns several fields.
  package mutating func remember(_ violation: Violation) {
    violations.append(violation.renamed(prefix + violation.field))
  }

  /// The field as it is; nil when it is not there.
  package mutating func value(_ field: String) -> JSONValue? {
    unread.remove(field)
    guard let value = object[field], manner == .strict || value != .null else { return nil }
    stated.insert(field)
    return value
  }

  /// The field read by `convert`, which gives nil for what is no such value; the default when the field is missing and
  /// may be, or is wrong.
  package mutating func read<Value>(
    _ field: String, default fallback: Value, expected: String, _ convert: (JSONValue, Manner) -> Value?
  ) -> Value {
    guard let value = value(field) else {
      if manner == .strict {
        violations.append(Violation(field: prefix + field, value: "missing", allowed: expected))
      }
      return fallback
    }
    guard let converted = convert(value, manner) else {
      refuse(field, value, expected: expected)
      return fallback
    }
    return converted
  }

  /// A whole number in a range.
  package mutating func integer(_ field: String, default fallback: Int, in range: ClosedRange<Int>) -> Int {
    read(field, default: fallback, expected: "\(range.lowerBound)...\(range.upperBound)") { value, manner in
      var integer = value.integer
      if manner == .lenient, let text = value.string { integer = Int(text) }
      return integer.flatMap { range.contains($0) ? $0 : nil }
    }
  }

  /// A truth value.
  package mutating func bool(_ field: String, default fallback: Bool) -> Bool {
    read(field, default: fallback, expected: "true or false") { $0.truth($1) }
  }

  /// One of the names of an enumeration.
  package mutating func name<Name: RawRepresentable<String> & CaseIterable>(_ field: String, default fallback: Name)
    -> Name
  {
    let names = Name.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: " or ")
    return read(field, default: fallback, expected: names) { value, _ in value.string.flatMap(Name.init(rawValue:)) }
  }

  /// Remembers every field that was not asked for, when reading strictly.
  package mutating func refuseUnread(expected: String) {
    guard manner == .strict else { return }
    for member in object.members where unread.contains(member.name) {
      let name = String(quoted(member.name).dropFirst().dropLast())
      violations.append(Violation(field: prefix + name, value: "not a field that is known here", allowed: expected))
    }
  }
}

extension JSONValue {
  /// The truth value; leniently also 0 and 1, and the words that Python and YAML write.
  package func truth(_ manner: FieldReader.Manner) -> Bool? {
    if let bool { return bool }
    guard manner == .lenient else { return nil }
    switch self {
    case .integer(0), .string("false"), .string("False"): return false
    case .integer(1), .string("true"), .string("True"): return true
    default: return nil
    }
  }
}
