/// Rows of floats to bytes, each with a scale and a zero of its own:
///
///     low = min(0, x...)    high = max(0, x...)    scale = (high - low) / 255    inverse = 255 / (high - low)
///     zero = round(-low * inverse)    q = clamp(round(x * inverse) + zero, 0...255)
///
/// Every operation is rounded to float32, none is fused, and `round` is to the nearest integer, ties to even: the bytes
/// are the same on every instruction set. A row whose range is below `leastRange` counts as zeros
/// (scale, zero and q are 0). A row whose values or range are not finite has the scale NaN, so that whatever is
/// computed from it is NaN.
public struct QuantizeRows {
  /// Number of rows.
  public var rows: Int
  /// Elements of a row.
  public var width: Int
  /// First element of the input.
  public var x: UnsafePointer<Float>
  /// Distance between input rows, in elements.
  public var xStride: Int
  /// `width` factors, 0 or 1, that the input is multiplied by first; nil for ones.
  public var mask: UnsafePointer<Float>?
  /// First byte of the output. A row is filled up to a multiple of four bytes with zeros.
  public var q: UnsafeMutablePointer<UInt8>
  /// Distance between output rows, in bytes.
  public var qStride: Int
  /// Scale and zero of the first row.
  public var parameters: UnsafeMutablePointer<RowQuantization>
  /// Distance between those of rows, in elements.
  public var parameterStride: Int

  /// The smallest range of a row that is not taken for zeros: with it `inverse` is finite and `scale` no subnormal
  /// number.
  @inlinable public static var leastRange: Float { 0x1p-110 }

  /// A quantisation.
  public init(
    rows: Int, width: Int, x: UnsafePointer<Float>, xStride: Int, mask: UnsafePointer<Float>?,
    q: UnsafeMutablePointer<UInt8>, qStride: Int, parameters: UnsafeMutablePointer<RowQuantization>,
    parameterStride: Int
  ) {
    self.rows = rows
    self.width = width
    self.x = x
    self.xStride = xStride
    self.mask = mask
    self.q = q
    self.qStride = qStride
    self.parameters = parameters
    self.parameterStride = parameterStride
  }
}
