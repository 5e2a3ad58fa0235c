/// How the middle products of a fast convolution of kernel 3 and stride 2 enter three outputs: plus + minus, plus -
/// minus and plus + minus.
public struct ToomCookOutputs {
  /// The first product. It may lie where the first output goes.
  public var plus: UnsafePointer<Float>
  /// The second one. It may lie where any output goes.
  public var minus: UnsafePointer<Float>
  /// Elements of each.
  public var count: Int
  /// The first output.
  public var y: UnsafeMutablePointer<Float>
  /// Distance between outputs, in elements.
  public var stride: Int

  /// Three outputs.
  @inlinable
  public init(
    plus: UnsafePointer<Float>, minus: UnsafePointer<Float>, count: Int, y: UnsafeMutablePointer<Float>, stride: Int
  ) {
    self.plus = plus
    self.minus = minus
    self.count = count
    self.y = y
    self.stride = stride
  }
}
