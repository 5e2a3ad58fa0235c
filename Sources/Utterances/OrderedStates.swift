import LHFeatureFiles

/// Hands hidden states on in the order in which they are wanted, each as soon as it is there and those before it are.
struct OrderedStates {
  private let shape: FeatureShape
  private let name: String
  private var hasBegun = false
  /// The place of the one that is handed on next.
  private var next = 0
  /// Hidden states that came before their turn, by their places.
  private var waiting: [Int: [Float]] = [:]

  /// - Parameter name: The utterance's.
  init(shape: FeatureShape, name: String) {
    self.shape = shape
    self.name = name
  }

  /// Takes the hidden state whose place among the wanted ones is `place`: [T, E], there for the call only.
  mutating func take(
    _ state: UnsafeBufferPointer<Float>, place: Int, for sink: inout some FeatureSink
  ) throws(UtteranceFault) {
    guard state.allSatisfy(\.isFinite) else { throw .notFinite(name: name) }
    guard place == next else {
      waiting[place] = Array(state)
      return
    }
    try write(state, to: &sink)
    while let values = waiting.removeValue(forKey: next) {
      try values.withUnsafeBufferPointer { values throws(UtteranceFault) in try write(values, to: &sink) }
    }
  }

  /// Ends what all hidden states were taken of.
  mutating func finish<Sink: FeatureSink>(_ sink: inout Sink) throws(UtteranceFault) {
    do throws(Sink.Failure) {
      try begin(&sink)
      try sink.finish()
    } catch {
      throw .sink(error)
    }
  }

  private mutating func write<Sink: FeatureSink>(
    _ state: UnsafeBufferPointer<Float>, to sink: inout Sink
  ) throws(UtteranceFault) {
    do throws(Sink.Failure) {
      try begin(&sink)
      try sink.write(state, of: next)
      next += 1
    } catch {
      throw .sink(error)
    }
  }

  private mutating func begin<Sink: FeatureSink>(_ sink: inout Sink) throws(Sink.Failure) {
    guard !hasBegun else { return }
    hasBegun = true
    try sink.begin(shape)
  }
}
