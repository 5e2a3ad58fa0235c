/// Which hidden states are wanted.
public enum LayerSelection: Sendable, Equatable {
  /// The last representation: the output of the last layer, with pre-norm models through the encoder's layer norm.
  case last
  /// All hidden states, 0 to the number of layers.
  case all
  /// Some hidden states, in this order. State l is the output of layer l, state 0 what `LayerZero`
  /// says, the last one what `LastState` says.
  case indices([Int])
}

/// What counts as hidden state 0.
public enum LayerZero: String, Sendable, CaseIterable {
  /// The projected features, before the position convolution: the published code's convention.
  case projection
  /// The encoder's input, after position convolution and layer norm: the convention of s3prl and Hugging Face.
  case encoderInput = "encoder-input"
}

/// Hidden states of one utterance.
public struct Features: Sendable, Equatable {
  /// Indices of the hidden states, in the order in which they lie in `values`.
  public let layers: [Int]
  /// Frames T, about 50 a second.
  public let frameCount: Int
  /// Width E of a frame, or P of a projected one.
  public let embedDim: Int
  /// All values, [layers.count, T, E], row-major.
  public let values: [Float]
}
