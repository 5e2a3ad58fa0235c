/// Some rows that a function is applied to, element by element and in place.
public struct ElementwiseRows {
  /// Number of rows.
  public var rows: Int
  /// Elements of a row.
  public var width: Int
  /// First element.
  public var x: UnsafeMutablePointer<Float>
  /// Distance between rows, in elements.
  public var stride: Int

  /// Some rows.
  @inlinable
  public init(rows: Int, width: Int, x: UnsafeMutablePointer<Float>, stride: Int) {
    self.rows = rows
    self.width = width
    self.x = x
    self.stride = stride
  }
}
