/// Floats to signed bytes with one scale, by the rule of `SymmetricQuantization`. Numbers that are not finite have the
/// scale NaN.
public struct QuantizeColumn {
  /// First float.
  public var x: UnsafePointer<Float>
  /// Number of elements.
  public var count: Int
  /// First byte.
  public var q: UnsafeMutablePointer<Int8>

  /// A quantisation.
  @inlinable
  public init(x: UnsafePointer<Float>, count: Int, q: UnsafeMutablePointer<Int8>) {
    self.x = x
    self.count = count
    self.q = q
  }
}

/// How a column of floats was made bytes: x is about scale * q.
public struct ColumnQuantization {
  /// The distance between neighbouring values; 0 for zeros, NaN for what is not finite.
  public var scale: Float
  /// The sum of the bytes.
  public var sum: Int32

  /// A scale and a sum.
  public init(scale: Float, sum: Int32) {
    self.scale = scale
    self.sum = sum
  }
}
