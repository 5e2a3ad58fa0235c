/// What the even taps of a fast convolution of kernel 3 and stride 2 multiply: e0 - e2, e1 + e2, e2 - e1 and e3 - e1 of
/// four frames.
public struct ToomCookInputs {
  /// Frame e0.
  public var even: UnsafePointer<Float>
  /// Distance between e0, e1, e2 and e3, in elements.
  public var stride: Int
  /// Elements of a frame.
  public var count: Int
  /// Where the sums go.
  public var sums: ToomCookSums

  /// Four frames.
  @inlinable
  public init(even: UnsafePointer<Float>, stride: Int, count: Int, sums: ToomCookSums) {
    self.even = even
    self.stride = stride
    self.count = count
    self.sums = sums
  }
}
