/// Floats to bytes in -127...127 with one scale: the rule for weights, in files as in packed matrices.
///
///     scale = max |x| / 127        byte = round(x / scale), between -127 and 127
///
/// Every operation is rounded to float32, none is fused, and `round` is to the nearest integer, ties to even. Where the
/// scale is 0 so are the bytes. Bytes times their scale give the same bytes again.
public enum SymmetricQuantization {
  /// The scale for numbers of which this is the largest magnitude.
  @inlinable @inline(__always)
  public static func scale(largest: Float) -> Float { largest / 127 }

  /// A byte. The scale is not 0.
  @inlinable @inline(__always)
  public static func byte(_ x: Float, scale: Float) -> Int8 {
    let ratio = x / scale
    // A subnormal scale has too few bits for ratios of at most 127.
    let atLeast = ratio < -127 ? -127 : ratio
    let clamped = atLeast > 127 ? 127 : atLeast
    // Floats of this size are whole numbers apart: adding it rounds, and leaves the number in the lowest bits.
    return Int8(truncatingIfNeeded: Int32(bitPattern: (clamped + 12_582_912).bitPattern))
  }
}
