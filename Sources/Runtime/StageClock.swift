import LHSystem

/// A part of a forward pass whose time is told apart from the others'.
package enum Stage: Int, CaseIterable, Sendable {
  /// The feature extractor, with its norms and the layer norm of its output.
  case convStack
  /// The position convolution and its addition.
  case positionConvolution
  /// The products of single frames with a matrix: of the features, to queries, keys and values, of the attention's
  /// output.
  case projections
  /// Scores, softmax, and the sums of values.
  case attention
  /// Both products of the FFN and the activation between them.
  case ffn
  /// The encoder's layer norms.
  case norms
  /// All else: the waveform's mean and variance, the copies of hidden states.
  case rest
}

/// Wall time that forward passes spend in each stage, as the calling thread sees it.
///
/// A stage within another one is charged to the inner one only, so that the stages add up to the time of the outermost
/// one. With several threads a stage lasts until the slowest of them is done. Only one thread may use a clock.
package final class StageClock {
  private var totals = [Double](repeating: 0, count: Stage.allCases.count)
  private var current: Stage?
  private var lastChange = 0.0

  /// A clock at zero.
  package init() {}

  /// Seconds in a stage so far.
  package subscript(stage: Stage) -> Double { totals[stage.rawValue] }

  /// Charges the time since the last change to the stage until now, which is returned.
  fileprivate func change(to stage: Stage?) -> Stage? {
    let now = monotonicSeconds()
    if let current { totals[current.rawValue] += now - lastChange }
    lastChange = now
    defer { current = stage }
    return current
  }
}

extension StageClock? {
  /// Runs `body` and charges its time to a stage. Without a clock it only runs it.
  @inline(__always)
  package func measure<Result, Failure>(
    _ stage: Stage, _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    guard let self else { return try body() }
    let outer = self.change(to: stage)
    defer { _ = self.change(to: outer) }
    return try body()
  }
}
