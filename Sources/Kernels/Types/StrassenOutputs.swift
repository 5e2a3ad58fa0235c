/// How the seven products m1 to m7 of Strassen's algorithm enter the quarters of C, for some pairs of rows and a pair
/// of panels:
///
///     c11 = start + m1 + m4 - m5 + m7    c12 = start + m3 + m5
///     c21 = start + m2 + m4              c22 = start + m1 - m2 + m3 + m6
///
/// where start is the bias (or zero), plus C itself when it accumulates.
public struct StrassenOutputs {
  /// Pairs of rows.
  public var pairs: Int
  /// Columns of a panel, a multiple of the instruction set's lanes.
  public var width: Int
  /// m1, [pairs, width]; the others follow.
  public var products: UnsafePointer<Float>
  /// Distance between products, in elements.
  public var planeStride: Int
  /// The first pair's upper row in the left panel's columns.
  public var upper: UnsafeMutablePointer<Float>
  /// The first pair's lower row there; nil when lower rows are not wanted.
  public var lower: UnsafeMutablePointer<Float>?
  /// Distance between pairs of rows, in elements.
  public var pairStride: Int
  /// Distance from the left panel's columns of C to the right one's, in elements.
  public var rightOffset: Int
  /// `width` biases of the left panel, or nil for zeros.
  public var leftBias: UnsafePointer<Float>?
  /// `width` biases of the right panel, or nil for zeros.
  public var rightBias: UnsafePointer<Float>?
  /// Whether C's own values are added.
  public var accumulates: Bool

  /// Number of products.
  @inlinable public static var planes: Int { 7 }

  /// Outputs of a block.
  public init(
    pairs: Int, width: Int, products: UnsafePointer<Float>, planeStride: Int, upper: UnsafeMutablePointer<Float>,
    lower: UnsafeMutablePointer<Float>?, pairStride: Int, rightOffset: Int,
    leftBias: UnsafePointer<Float>?, rightBias: UnsafePointer<Float>?, accumulates: Bool
  ) {
    self.pairs = pairs
    self.width = width
    self.products = products
    self.planeStride = planeStride
    self.upper = upper
    self.lower = lower
    self.pairStride = pairStride
    self.rightOffset = rightOffset
    self.leftBias = leftBias
    self.rightBias = rightBias
    self.accumulates = accumulates
  }
}
