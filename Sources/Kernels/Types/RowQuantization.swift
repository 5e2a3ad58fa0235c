/// How a row of floats was made bytes: x is about scale * (q - zero), and 0 is exactly q = zero.
public struct RowQuantization: BitwiseCopyable, Equatable, Sendable {
  /// The distance between neighbouring values; 0 for a row of zeros, NaN for a row that is not finite.
  public var scale: Float
  /// The byte that stands for 0, in 0...255.
  public var zero: Int32

  /// A scale and a zero.
  public init(scale: Float, zero: Int32) {
    self.scale = scale
    self.zero = zero
  }
}
