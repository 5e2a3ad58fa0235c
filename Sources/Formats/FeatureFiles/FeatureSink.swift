public import LHSystem

/// The place in some format where the features of one utterance go. A file of many utterances has a sink for each.
///
/// `begin` comes first, as soon as there is something to write and not before, so that an utterance which fails early
/// leaves nothing behind; then `write`, again and again, until all of the shape is there; then `finish`. An utterance
/// that fails at any time, and be it by an error of the sink, ends with `abandon` instead.
///
/// A sink is used by one thread at a time.
public protocol FeatureSink {
  /// Why something cannot be written.
  associatedtype Failure: Fault

  /// Makes a place for features of a shape.
  mutating func begin(_ shape: FeatureShape) throws(Failure)

  /// Takes the next frames of a hidden state: all of it, or a block.
  ///
  /// - Parameters:
  ///   - frames: [any number of frames, width], there for the call only.
  ///   - state: Which of the wanted hidden states it is, by its place among them. Frames come in row-major order: state
  ///     by state, each from its first frame to its last.
  mutating func write(_ frames: UnsafeBufferPointer<Float>, of state: Int) throws(Failure)

  /// Makes what was written last: all of the shape is there.
  mutating func finish() throws(Failure)

  /// Takes back what can be taken back, whatever was called before: a file does not appear, while what went through a
  /// pipe is gone.
  mutating func abandon()
}
