/// One value of a configuration or an architecture that breaks a rule.
public struct Violation: Sendable, Hashable, CustomStringConvertible {
  /// The field's name in the file.
  public let field: String
  /// The layer or list index, counted from 0; nil when the field has one value.
  public let layer: Int?
  /// What was found, as it is written in JSON; "missing" when it is not there.
  public let value: String
  /// What would be allowed.
  public let allowed: String

  /// A violation.
  public init(field: String, layer: Int? = nil, value: String, allowed: String) {
    self.field = field
    self.layer = layer
    self.value = value
    self.allowed = allowed
  }

  /// The same of a field with another name.
  package func renamed(_ field: String) -> Violation {
    Violation(field: field, layer: layer, value: value, allowed: allowed)
  }

  /// For example "heads_num[3] is 13, expected 1...12".
  public var description: String {
    let place = layer.map { "\(field)[\($0)]" } ?? field
    return "\(place) is \(value), expected \(allowed)"
  }
}
