/// Fused multiply-adds that depend on nothing but registers, for measuring the processor's peak.
public struct PeakLoop {
  /// How often all of them are done.
  public var rounds: Int

  /// A loop.
  @inlinable
  public init(rounds: Int) {
    self.rounds = rounds
  }
}
