/// The shape of a Fourier transform over the rows of a block, for all of its columns.
///
/// A column of a whole block is a polynomial modulo z^256 - 1, row n the coefficient of z^n. Its spectrum, 128 bins of
/// a real and an imaginary part, holds the polynomial's values at the roots of z^256 - 1: bin b > 0 at root b, where
/// root 1 is i and roots 2 b and 2 b + 1 are the square roots of root b, the one in the upper half-plane first; bin 0
/// the values at 1 and at -1, both real. The conjugate roots are left out. No order of frequencies is wanted where
/// spectra are only multiplied.
///
/// Bins 64 to 127 belong to z^128 + 1, a factor of z^256 - 1. They are the whole spectrum of a half block: 128 rows,
/// which are a polynomial modulo z^128 + 1.
public struct BlockTransform {
  /// Rows of a whole block.
  @inlinable public static var size: Int { 256 }
  /// Bins of a whole block.
  @inlinable public static var binCount: Int { 128 }
  /// Rows of a half block; as many bins as come before its own.
  @inlinable public static func size(isHalf: Bool) -> Int { isHalf ? size / 2 : size }

  /// Whether it is a half block.
  public var isHalf: Bool
  /// Roots 0 to 127, their real and imaginary parts in turn; root 0 is not used.
  public var roots: UnsafePointer<Float>
  /// Columns.
  public var columns: Int
  /// The first row in memory.
  public var firstRow: Int
  /// Rows in memory. The others are zeros on the way to the spectrum, and are not written on the way back.
  public var rowCount: Int
  /// Distance between rows, in elements; it may be negative.
  public var rowStride: Int
  /// Distance between bins, in elements.
  public var binStride: Int
  /// Distance from a bin's real part to its imaginary part, in elements.
  public var partStride: Int

  /// A shape.
  public init(
    isHalf: Bool, roots: UnsafePointer<Float>, columns: Int, firstRow: Int, rowCount: Int, rowStride: Int,
    binStride: Int, partStride: Int
  ) {
    self.isHalf = isHalf
    self.roots = roots
    self.columns = columns
    self.firstRow = firstRow
    self.rowCount = rowCount
    self.rowStride = rowStride
    self.binStride = binStride
    self.partStride = partStride
  }
}
