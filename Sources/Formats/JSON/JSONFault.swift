public import LHSystem

/// A way in which a text is not the JSON that is read here (RFC 8259, UTF-8, no name twice in an object).
public enum JSONFault: Fault, Equatable {
  /// Something else than expected stands at `byte` (counted from 0).
  case unexpected(found: String, expected: String, byte: Int)
  /// The text ends too early.
  case truncated(expected: String)
  /// A name occurs twice in one object.
  case duplicateName(String, byte: Int)
  /// Arrays and objects are nested deeper than `limit`.
  case tooDeep(limit: Int)
  /// A number that a Double cannot hold.
  case numberOutOfRange(String, byte: Int)

  /// Always bad data.
  public var kind: FaultKind { .badData }

  /// One line, without a file name: the reader of the file adds it.
  public var description: String {
    switch self {
    case .unexpected(let found, let expected, let byte): "byte \(byte) is \(found), expected \(expected)"
    case .truncated(let expected): "the text ends where \(expected) was expected"
    case .duplicateName(let name, let byte):
      "the name \"\(excerpt(name))\" occurs a second time at byte \(byte)"
    case .tooDeep(let limit): "nested deeper than \(limit) levels"
    case .numberOutOfRange(let text, let byte): "the number \(excerpt(text)) at byte \(byte) is out of range"
    }
  }
}
