import LHFeatureFiles
import LHSystem

/// A fault of a sink's own kind.
struct SinkFault: Fault, Equatable {
  let description: String
  var kind: FaultKind { .inputOutput }
}

/// Keeps what it is given, notes each call, and fails when it is told to.
struct RecordingSink: FeatureSink {
  /// A call, by its name and what it was given.
  enum Call: Equatable {
    case begin(FeatureShape)
    case write(state: Int)
    case finish
    case abandon
  }

  private(set) var calls: [Call] = []
  private(set) var values: [Float] = []
  /// Which call fails, counted from 0; nil for none.
  var failingCall: Int?

  static let fault = SinkFault(description: "the sink is full")

  mutating func begin(_ shape: FeatureShape) throws(SinkFault) { try note(.begin(shape)) }

  mutating func write(_ frames: UnsafeBufferPointer<Float>, of state: Int) throws(SinkFault) {
    try note(.write(state: state))
    values += frames
  }

  mutating func finish() throws(SinkFault) { try note(.finish) }

  mutating func abandon() { calls.append(.abandon) }

  private mutating func note(_ call: Call) throws(SinkFault) {
    calls.append(call)
    if calls.count - 1 == failingCall { throw RecordingSink.fault }
  }
}
