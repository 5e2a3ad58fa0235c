/// What a softmax over several blocks of scores has seen so far; see `SoftmaxBlock`.
public struct RunningSoftmax {
  /// The largest score.
  public var maximum: Float
  /// The sum of exp(score - maximum).
  public var sum: Float

  /// Nothing but `zeros` scores of 0.
  public init(zeros: Int = 0) {
    maximum = zeros > 0 ? 0 : -.infinity
    sum = Float(zeros)
  }
}
