/// A text that is not a list of (channels, kernel, stride).
package struct ConvLayersFault: Error, CustomStringConvertible {
  /// The text.
  package let text: String
  /// Where it goes wrong, in characters from 0.
  package let position: Int
  /// What is there.
  package let found: String
  /// What could be there.
  package let expected: String

  /// To follow the field's name.
  package var description: String { "\(quoted(text)) has \(found) at character \(position), expected \(expected)" }
}
