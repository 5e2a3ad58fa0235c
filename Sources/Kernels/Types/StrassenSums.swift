/// What Strassen's algorithm multiplies besides the quarters x11, x12, x21 and x22 of a matrix themselves: five sums of
/// them, in planes one behind the other.
///
///     0: x11 + x22    1: x21 + x22    2: x11 + x12    3: x21 - x11    4: x12 - x22
public struct StrassenSums {
  /// The upper left quarter, or a part of it that lies in one piece; likewise the others.
  public var x11, x12, x21, x22: UnsafePointer<Float>
  /// Elements of each.
  public var count: Int
  /// The first plane.
  public var sums: UnsafeMutablePointer<Float>
  /// Distance between planes, in elements.
  public var planeStride: Int

  /// Number of sums.
  @inlinable public static var planes: Int { 5 }

  /// Five sums.
  public init(
    x11: UnsafePointer<Float>, x12: UnsafePointer<Float>, x21: UnsafePointer<Float>, x22: UnsafePointer<Float>,
    count: Int, sums: UnsafeMutablePointer<Float>, planeStride: Int
  ) {
    self.x11 = x11
    self.x12 = x12
    self.x21 = x21
    self.x22 = x22
    self.count = count
    self.sums = sums
    self.planeStride = planeStride
  }
}
