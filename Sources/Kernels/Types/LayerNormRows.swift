/// A layer norm of some rows: y = (x - mean) / sqrt(variance + eps) * gain + bias, the variance biased; in place or
/// not.
public struct LayerNormRows {
  /// Number of rows.
  public var rows: Int
  /// Elements of a row.
  public var width: Int
  /// First element of the input.
  public var x: UnsafePointer<Float>
  /// Distance between input rows, in elements.
  public var xStride: Int
  /// First element of the output; may be the input.
  public var y: UnsafeMutablePointer<Float>
  /// Distance between output rows, in elements.
  public var yStride: Int
  /// `width` gains, or nil for ones.
  public var gain: UnsafePointer<Float>?
  /// `width` biases, or nil for zeros.
  public var bias: UnsafePointer<Float>?
  /// The GELU that follows, if any.
  public var gelu: GELUForm?

  /// Added to the variance, in every layer norm of these models.
  public static let epsilon: Float = 1e-5

  /// A layer norm.
  public init(
    rows: Int, width: Int, x: UnsafePointer<Float>, xStride: Int, y: UnsafeMutablePointer<Float>, yStride: Int,
    gain: UnsafePointer<Float>?, bias: UnsafePointer<Float>?, gelu: GELUForm? = nil
  ) {
    self.rows = rows
    self.width = width
    self.x = x
    self.xStride = xStride
    self.y = y
    self.yStride = yStride
    self.gain = gain
    self.bias = bias
    self.gelu = gelu
  }
}
