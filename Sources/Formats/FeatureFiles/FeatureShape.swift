/// How many features an utterance has.
public struct FeatureShape: Equatable, Sendable {
  /// Hidden states, n; nil for a single one that stands for itself, without an axis of its own.
  public let stateCount: Int?
  /// Frames, T: about 50 a second of sound.
  public let frameCount: Int
  /// Values of a frame, E.
  public let width: Int

  /// A shape: (T, E), or (n, T, E).
  public init(stateCount: Int? = nil, frameCount: Int, width: Int) {
    self.stateCount = stateCount
    self.frameCount = frameCount
    self.width = width
  }

  /// The length of each axis, in row-major order.
  public var axes: [Int] { (stateCount.map { [$0] } ?? []) + [frameCount, width] }
}
