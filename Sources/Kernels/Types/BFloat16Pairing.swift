/// Rows of floats to bfloat16, each pair of rows in the lower and upper halves of words, with zeros where the last one
/// has no second.
public struct BFloat16Pairing {
  /// Number of rows.
  public var rows: Int
  /// Elements of a row.
  public var width: Int
  /// First float.
  public var x: UnsafePointer<Float>
  /// Distance between rows, in elements.
  public var xStride: Int
  /// First word.
  public var y: UnsafeMutablePointer<UInt32>
  /// Distance between rows of words, in words.
  public var yStride: Int

  /// A rounding of pairs.
  @inlinable
  public init(
    rows: Int, width: Int, x: UnsafePointer<Float>, xStride: Int, y: UnsafeMutablePointer<UInt32>, yStride: Int
  ) {
    self.rows = rows
    self.width = width
    self.x = x
    self.xStride = xStride
    self.y = y
    self.yStride = yStride
  }
}
