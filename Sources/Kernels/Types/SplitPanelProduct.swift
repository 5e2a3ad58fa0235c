/// One product of a few rows of float32, split as `BFloat16Splitting` does, with one panel of a float32 matrix:
/// C = start + A B, where start is the bias (or zero), plus C itself when it accumulates.
///
/// The panel is split as well. Of the nine products of planes those six are computed whose terms may pass 2^-24 of the
/// product; they are summed in float32, so that the result is as exact as one of float32. Sums run over depth in order,
/// in parts of `partDepth`.
///
/// Source: G. Henry, P. T. P. Tang, A. Heinecke, Leveraging the bfloat16 artificial intelligence datatype for
/// higher-precision computations, ARITH 2019 (arXiv 1904.06376).
public struct SplitPanelProduct {
  /// Products that are summed before their sum is added to C.
  @inlinable public static var partDepth: Int { 256 }

  /// Rows of A and C.
  public var rows: Int
  /// Columns of A and rows of B.
  public var depth: Int
  /// First element of A's first plane.
  public var a: UnsafePointer<UInt16>
  /// Distance between rows of a plane, in elements; smaller than `depth` where rows overlap.
  public var aStride: Int
  /// Distance between planes, in elements.
  public var planeStride: Int
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
  /// What is read after this product; see `PanelProduct.upcoming`.
  public var upcoming: UnsafePointer<Float>?
  /// Elements there.
  public var upcomingCount: Int

  /// A product.
  public init(
    rows: Int, depth: Int, a: UnsafePointer<UInt16>, aStride: Int, planeStride: Int, b: UnsafePointer<Float>,
    bStride: Int, vectors: Int, bias: UnsafePointer<Float>?, accumulates: Bool, c: UnsafeMutablePointer<Float>,
    cStride: Int, width: Int, upcoming: UnsafePointer<Float>? = nil, upcomingCount: Int = 0
  ) {
    self.rows = rows
    self.depth = depth
    self.a = a
    self.aStride = aStride
    self.planeStride = planeStride
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
