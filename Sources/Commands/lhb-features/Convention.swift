public import ArgumentParser
public import LHRuntime

/// How a library numbers hidden states; see Docs/models.md.
enum Convention: String, ExpressibleByArgument, CaseIterable {
  case lighthubert, fairseq, s3prl, transformers, transformers4, torchaudio

  static let help = """
    lighthubert: state 0 is the projected features, state l the output of layer l. fairseq: the same, as HuBERT's \
    output_layer. s3prl and transformers4 (up to 5.15): state 0 is the encoder's input, the last state is normed. \
    transformers (from 5.16): state 0 is the encoder's input, the last state is raw. torchaudio: the outputs of the \
    layers, counted from 0.
    """

  var layerZero: LayerZero {
    switch self {
    case .lighthubert, .fairseq, .torchaudio: .projection
    case .s3prl, .transformers, .transformers4: .encoderInput
    }
  }

  var lastState: LastState {
    switch self {
    case .lighthubert, .fairseq, .transformers, .torchaudio: .raw
    case .s3prl, .transformers4: .normed
    }
  }
}

extension LastState: ExpressibleByArgument {}

extension LayerSelection {
  /// The numbers of states, each that much higher.
  func shifted(by count: Int) throws -> LayerSelection {
    guard case .indices(let indices) = self else { return self }
    return .indices(
      try indices.map { index in
        guard index < Int.max - count else { throw ValidationError("there is no hidden state \(index)") }
        return index + count
      })
  }

  /// All states but state 0, where all are wanted.
  func withoutFirst(of model: Model) -> LayerSelection {
    self == .all ? .indices(Array(1..<model.hiddenStateCount)) : self
  }
}
