/// Rows of float32 to three planes of bfloat16 whose sum is each value: its nearest bfloat16, that of the rest, and
/// what is left then, which is exact while no plane is a subnormal number. All values are finite and below the largest
/// bfloat16.
public struct BFloat16Splitting {
  /// Planes.
  @inlinable public static var planes: Int { 3 }

  /// Rows.
  public var rows: Int
  /// Values of a row.
  public var width: Int
  /// First value.
  public var x: UnsafePointer<Float>
  /// Distance between rows, in values.
  public var xStride: Int
  /// First place in the first plane.
  public var y: UnsafeMutablePointer<UInt16>
  /// Distance between rows of a plane, in elements.
  public var yStride: Int
  /// Distance between planes, in elements.
  public var planeStride: Int

  /// A splitting.
  public init(
    rows: Int, width: Int, x: UnsafePointer<Float>, xStride: Int, y: UnsafeMutablePointer<UInt16>, yStride: Int,
    planeStride: Int
  ) {
    self.rows = rows
    self.width = width
    self.x = x
    self.xStride = xStride
    self.y = y
    self.yStride = yStride
    self.planeStride = planeStride
  }
}
