/// One product of a few rows of bfloat16 with one panel of a bfloat16 matrix: C = start + A B in float32, where start
/// is the bias (or zero), plus C itself when it accumulates.
///
/// A is [rows, depth] with any distance between rows, smaller than `depth` too. B is a panel,
/// [depth / 2, panel width, 2], zero-filled beyond the matrix: two products of a column lie in one 32-bit lane.
/// Products are exact; their sums run over depth in order, with float32 roundings that depend on the instruction set.
/// Subnormal numbers may count as zeros.
public struct BFloat16PanelProduct {
  /// Rows of A and C.
  public var rows: Int
  /// Columns of A and rows of B; a multiple of 2.
  public var depth: Int
  /// First element of A.
  public var a: UnsafePointer<UInt16>
  /// Distance between rows of A, in elements.
  public var aStride: Int
  /// First element of the panel.
  public var b: UnsafePointer<UInt16>
  /// Distance between words of a column, in words: the stored panel's width, of which this one may be a part.
  public var bStride: Int
  /// Width of the panel in vectors of the instruction set.
  public var vectors: Int
  /// One value for each column of the panel, or nil for zeros.
  public var bias: UnsafePointer<Float>?
  /// Whether C's own values are added.
  public var accumulates: Bool
  /// First element of C.
  public var c: UnsafeMutablePointer<Float>
  /// Distance between rows of C, in elements.
  public var cStride: Int
  /// Columns of C that are written; at most the panel's width.
  public var width: Int
  /// What is read after this product; see `PanelProduct.upcoming`.
  public var upcoming: UnsafeRawPointer?
  /// Bytes there.
  public var upcomingCount: Int

  /// A product.
  public init(
    rows: Int, depth: Int, a: UnsafePointer<UInt16>, aStride: Int, b: UnsafePointer<UInt16>, bStride: Int, vectors: Int,
    bias: UnsafePointer<Float>?, accumulates: Bool, c: UnsafeMutablePointer<Float>, cStride: Int, width: Int,
    upcoming: UnsafeRawPointer? = nil, upcomingCount: Int = 0
  ) {
    self.rows = rows
    self.depth = depth
    self.a = a
    self.aStride = aStride
    self.b = b
    self.bStride = bStride
    self.vectors = vectors
    self.bias = bias
    self.accumulates = accumulates
    self.c = c
    self.cStride = cStride
    self.width = width
    self.upcoming = upcoming
    self.upcomingCount = upcomingCount
  }
}
