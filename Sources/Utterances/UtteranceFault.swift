public import LHAudio
public import LHRuntime
public import LHSystem

/// Why an utterance's features did not reach their sink.
///
/// All but `sink` are the utterance's own: the next one may be well. After an error of the sink the others will hardly
/// be, as on a full disk.
public enum UtteranceFault: Fault {
  /// It cannot be read.
  case audio(AudioFault)
  /// It cannot be run, for example since it is too short; or the run was cancelled.
  case model(name: String, ModelFault)
  /// Its features are no finite numbers: samples far beyond full scale overflow where nothing normalises them.
  case notFinite(name: String)
  /// What the sink threw, as it was.
  case sink(any Fault)

  /// The kind of fault.
  public var kind: FaultKind {
    switch self {
    case .audio(let fault): fault.kind
    case .model(_, let fault): fault.kind
    case .notFinite: .badData
    case .sink(let fault): fault.kind
    }
  }

  /// One line.
  public var description: String {
    switch self {
    case .audio(let fault): fault.description
    case .model(let name, let fault): "\(name): \(fault)"
    case .notFinite(let name):
      """
      \(name): its features are not finite; samples far beyond -1 to 1 overflow: scale them, or see that the model's \
      weights are finite
      """
    case .sink(let fault): fault.description
    }
  }
}
