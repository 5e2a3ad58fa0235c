/// One product of a few rows of bytes with one panel of an eight-bit matrix: for each row r and column n
///
///     c = start + (scale of r * scale of n) * Float(sum over k of a * b - zero of r * sum of n)
///
/// where start is the bias (or zero), plus C itself when it accumulates. The difference is an exact Int32; the
/// operations behind it are rounded one by one, so that a result is the same on every instruction set.
///
/// A is [rows, depth], unsigned, with any distance between rows. B is a panel of signed bytes,
/// [depth / 4, panel width, 4], zero-filled beyond the matrix: four products of a column lie in one 32-bit lane.
public struct Int8PanelProduct {
  /// The largest depth: up to it no sum overflows.
  @inlinable public static var largestDepth: Int { 65_536 }

  /// Rows of A and C.
  public var rows: Int
  /// Columns of A and rows of B; a multiple of 4.
  public var depth: Int
  /// First byte of A.
  public var a: UnsafePointer<UInt8>
  /// Distance between rows of A, in bytes.
  public var aStride: Int
  /// Scale and zero of A's first row.
  public var parameters: UnsafePointer<RowQuantization>
  /// Distance between those of rows, in elements.
  public var parameterStride: Int
  /// First byte of the panel.
  public var b: UnsafePointer<Int8>
  /// Distance between words of a column, in words: the stored panel's width, of which this one may be a part.
  public var bStride: Int
  /// Width of the panel in vectors of the instruction set.
  public var vectors: Int
  /// The scale of each column of the panel.
  public var columnScales: UnsafePointer<Float>
  /// The sum of each column of the panel.
  public var columnSums: UnsafePointer<Int32>
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
    rows: Int, depth: Int, a: UnsafePointer<UInt8>, aStride: Int, parameters: UnsafePointer<RowQuantization>,
    parameterStride: Int, b: UnsafePointer<Int8>, bStride: Int, vectors: Int, columnScales: UnsafePointer<Float>,
    columnSums: UnsafePointer<Int32>, bias: UnsafePointer<Float>?, accumulates: Bool, c: UnsafeMutablePointer<Float>,
    cStride: Int, width: Int, upcoming: UnsafeRawPointer? = nil, upcomingCount: Int = 0
  ) {
    self.rows = rows
    self.depth = depth
    self.a = a
    self.aStride = aStride
    self.parameters = parameters
    self.parameterStride = parameterStride
    self.b = b
    self.bStride = bStride
    self.vectors = vectors
    self.columnScales = columnScales
    self.columnSums = columnSums
    self.bias = bias
    self.accumulates = accumulates
    self.c = c
    self.cStride = cStride
    self.width = width
    self.upcoming = upcoming
    self.upcomingCount = upcomingCount
  }
}
