/// Floats to the nearest bfloat16, ties to even; a NaN stays one.
public struct BFloat16Rounding {
  /// First float.
  public var x: UnsafePointer<Float>
  /// First bfloat16.
  public var y: UnsafeMutablePointer<UInt16>
  /// Number of elements.
  public var count: Int

  /// A rounding.
  @inlinable
  public init(x: UnsafePointer<Float>, y: UnsafeMutablePointer<UInt16>, count: Int) {
    self.x = x
    self.y = y
    self.count = count
  }
}
