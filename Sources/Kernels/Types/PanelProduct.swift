/// One product of a few rows with one panel of a matrix: C = start + A B, where start is the bias (or zero), plus C
/// itself when it accumulates.
///
/// A is [rows, depth] with any distance between rows, smaller than `depth` too: the rows of a convolution overlap. B is
/// a panel: [depth, panel width], zero-filled beyond the matrix. All sums run over depth in order, in parts of
/// `chainLength`.
public struct PanelProduct {
  /// Products that are usually added in a row before their sum is added to C. One long chain of additions would lose
  /// accuracy with the square root of its length; this costs a pass over the tile, 1 to 2 % of the time, for each part.
  @inlinable public static var chainLength: Int { 64 }

  /// Rows of A and C.
  public var rows: Int
  /// Columns of A and rows of B.
  public var depth: Int
  /// First element of A.
  public var a: UnsafePointer<Float>
  /// Distance between rows of A, in elements.
  public var aStride: Int
  /// First element of the panel.
  public var b: UnsafePointer<Float>
  /// Distance between rows of the panel, in elements.
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
  /// Products in a part of a sum.
  public var chainLength: Int
  /// What is read after this product, usually another panel: it is fetched into the second-level cache meanwhile, so
  /// that the first tile does not wait for it. Nil for nothing.
  public var upcoming: UnsafePointer<Float>?
  /// Elements there.
  public var upcomingCount: Int

  /// A product.
  public init(
    rows: Int, depth: Int, a: UnsafePointer<Float>, aStride: Int, b: UnsafePointer<Float>, bStride: Int, vectors: Int,
    bias: UnsafePointer<Float>?, accumulates: Bool, c: UnsafeMutablePointer<Float>, cStride: Int, width: Int,
    chainLength: Int = PanelProduct.chainLength, upcoming: UnsafePointer<Float>? = nil, upcomingCount: Int = 0
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
    self.chainLength = chainLength
    self.upcoming = upcoming
    self.upcomingCount = upcomingCount
  }
}
