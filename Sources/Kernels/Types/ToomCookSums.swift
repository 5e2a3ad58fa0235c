/// Where the four sums of input frames go that three outputs of a fast convolution are made from; see
/// `ToomCookInputs`.
public struct ToomCookSums {
  /// e0 - e2
  public var first: UnsafeMutablePointer<Float>
  /// e1 + e2
  public var plus: UnsafeMutablePointer<Float>
  /// e2 - e1
  public var minus: UnsafeMutablePointer<Float>
  /// e3 - e1
  public var last: UnsafeMutablePointer<Float>

  /// Four places.
  public init(
    first: UnsafeMutablePointer<Float>, plus: UnsafeMutablePointer<Float>, minus: UnsafeMutablePointer<Float>,
    last: UnsafeMutablePointer<Float>
  ) {
    self.first = first
    self.plus = plus
    self.minus = minus
    self.last = last
  }
}
