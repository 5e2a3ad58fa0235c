public import LHSystem

/// Why a model could not be opened or run.
public enum ModelFault: Fault {
  /// The file or the choice of kernels is at fault.
  case cause(any Fault)
  /// The file describes a model that this runtime cannot run.
  case unsupported(path: String, what: String)
  /// Fewer samples than one frame needs.
  case tooShort(samples: Int, minimum: Int)
  /// A sample is infinite or not a number.
  case notFinite(sample: Int)
  /// There is no hidden state of that index.
  case noSuchLayer(Int, count: Int)
  /// The model has no final projection.
  case noProjection
  /// One of several utterances, counted from 0, is at fault.
  indirect case utterance(Int, ModelFault)
  /// The run was cancelled, by its progress function or its `Cancellation`.
  case cancelled

  /// The kind of fault.
  public var kind: FaultKind {
    switch self {
    case .cause(let fault): fault.kind
    case .utterance(_, let fault): fault.kind
    case .unsupported, .tooShort, .notFinite: .badData
    case .noSuchLayer, .noProjection: .usage
    case .cancelled: .cancelled
    }
  }

  /// One line. Faults of the samples name no file: who read them knows it.
  public var description: String {
    switch self {
    case .cause(let fault): fault.description
    case .unsupported(let path, let what): "\(path): \(what)"
    case .tooShort(let samples, let minimum):
      "\(samples) samples at 16 kHz are too few for one frame; at least \(minimum) are needed"
    case .notFinite(let sample): "sample \(sample) is infinite or not a number"
    case .noSuchLayer(let layer, let count):
      "no hidden state \(layer); this model has hidden states 0 to \(count - 1)"
    case .noProjection:
      "this model has no final projection, which HuBERT and ContentVec have in fairseq checkpoints; its hidden states"
        + " can only be taken as they are"
    case .utterance(let index, let fault): "utterance \(index): \(fault)"
    case .cancelled: "cancelled"
    }
  }
}
