/// A field of which two parts of a checkpoint say different things.
public struct Contradiction: Sendable, Hashable, CustomStringConvertible {
  /// The field's name.
  public let field: String
  /// Where the value stands that comes first, and where the other.
  public let places: [String]
  /// The two values, as they are written in JSON.
  public let values: [String]

  /// For example "encoder_layers is 12 in cfg.model and 6 in config".
  public var description: String {
    "\(field) is " + zip(values, places).map { "\($0) in \($1)" }.joined(separator: " and ")
  }

  /// A contradiction.
  package init(field: String, places: [String], values: [String]) {
    self.field = field
    self.places = places
    self.values = values
  }
}
