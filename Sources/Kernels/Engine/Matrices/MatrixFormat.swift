/// The number format of a packed matrix, and of the rows that it multiplies.
package enum MatrixFormat: Equatable, Sendable {
  case float32, bfloat16
  /// Eight-bit integers, with a scale for each row and each column. The outlier channels, rising, are a group of the
  /// depth with scales of its own.
  case int8(outliers: [Int] = [])

  /// Whether rows are rounded before they are multiplied.
  package var isReduced: Bool { self != .float32 }
}
