/// A block of a softmax, without its division, in place: scores become exp(score - m), where m is the largest score of
/// this block and of those before.
public struct SoftmaxBlock {
  /// First score.
  public var scores: UnsafeMutablePointer<Float>
  /// Number of scores, at least 1.
  public var count: Int
  /// What was seen of the blocks before.
  public var running: RunningSoftmax

  /// A block.
  @inlinable
  public init(scores: UnsafeMutablePointer<Float>, count: Int, running: RunningSoftmax) {
    self.scores = scores
    self.count = count
    self.running = running
  }
}

/// What a block of a softmax leaves behind.
public struct SoftmaxStep {
  /// What was seen so far, this block included.
  public var running: RunningSoftmax
  /// exp(old m - m): what all that was computed from earlier blocks is to be multiplied by; 0 where there are none.
  public var factor: Float

  /// A step.
  public init(running: RunningSoftmax, factor: Float) {
    self.running = running
    self.factor = factor
  }
}
