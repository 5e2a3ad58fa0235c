/// Rows of a block to its spectrum.
public struct ForwardTransform {
  /// The shape.
  public var block: BlockTransform
  /// The first row in memory.
  public var rows: UnsafePointer<Float>
  /// The first bin.
  public var spectrum: UnsafeMutablePointer<Float>

  /// A transform.
  @inlinable
  public init(block: BlockTransform, rows: UnsafePointer<Float>, spectrum: UnsafeMutablePointer<Float>) {
    self.block = block
    self.rows = rows
    self.spectrum = spectrum
  }
}

/// A spectrum to the rows of its block, plus a bias for each column.
public struct InverseTransform {
  /// The shape.
  public var block: BlockTransform
  /// The first bin.
  public var spectrum: UnsafePointer<Float>
  /// A bias for each column.
  public var bias: UnsafePointer<Float>
  /// The first row in memory.
  public var rows: UnsafeMutablePointer<Float>

  /// A transform.
  @inlinable
  public init(
    block: BlockTransform, spectrum: UnsafePointer<Float>, bias: UnsafePointer<Float>, rows: UnsafeMutablePointer<Float>
  ) {
    self.block = block
    self.spectrum = spectrum
    self.bias = bias
    self.rows = rows
  }
}

/// Products of complex rows from those of their parts. The products have two rows for each complex one: a real part and
/// an imaginary part, each times the real parts of all columns and then times the imaginary ones.
public struct ComplexProducts {
  /// The first product.
  public var products: UnsafePointer<Float>
  /// Distance between rows of products, in elements.
  public var stride: Int
  /// Complex rows.
  public var count: Int
  /// Complex columns.
  public var columns: Int
  /// Becomes [count][real, imaginary][columns].
  public var y: UnsafeMutablePointer<Float>

  /// Some products.
  @inlinable
  public init(products: UnsafePointer<Float>, stride: Int, count: Int, columns: Int, y: UnsafeMutablePointer<Float>) {
    self.products = products
    self.stride = stride
    self.count = count
    self.columns = columns
    self.y = y
  }
}
