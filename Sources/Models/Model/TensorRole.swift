/// What a weight is for: the key of a tensor everywhere. What it is called in a file is known to the tables of names
/// only.
public enum TensorRole: Sendable, Hashable {
  /// The matrix or kernel of a module, or a norm's gain.
  case weight(ModuleRole)
  /// What a module adds.
  case bias(ModuleRole)

  /// The module that it belongs to.
  public var module: ModuleRole {
    switch self {
    case .weight(let module), .bias(let module): module
    }
  }
}

extension TensorRole {
  /// The same tensor of another layer of the encoder; itself when it belongs to none.
  public func inLayer(_ map: (Int) -> Int) -> TensorRole {
    switch self {
    case .weight(let module): .weight(module.inLayer(map))
    case .bias(let module): .bias(module.inLayer(map))
    }
  }
}

/// A part of an encoder that has weights. Layers and convolutions are counted from 0.
public enum ModuleRole: Sendable, Hashable {
  /// A convolution of the feature extractor.
  case convolution(Int)
  /// The norm after it.
  case convolutionNorm(Int)
  /// The factors of the extractor's channels; only a weight.
  case channelScale
  /// The layer norm of the extractor's channels.
  case featureNorm
  /// From the extractor's channels to the width of the hidden states.
  case featureProjection
  /// A layer of the position convolution.
  case position(Int)
  /// The batch norm before the position convolution, as a gain and a bias.
  case positionNorm
  /// The encoder's own layer norm.
  case encoderNorm
  /// The queries of a layer.
  case query(Int)
  /// The keys of a layer.
  case key(Int)
  /// The values of a layer.
  case value(Int)
  /// The table of the attention bias, [buckets, heads]; only a weight.
  case relativeBias
  /// The linear layer of a layer's gate of the attention bias, [8, head size].
  case biasGate(Int)
  /// The factor of each head in a layer's gate of the attention bias; only a weight.
  case biasGateScale(Int)
  /// The projection after a layer's attention.
  case attentionOutput(Int)
  /// The layer norm beside a layer's attention.
  case attentionNorm(Int)
  /// The first matrix of a layer's FFN.
  case feedForwardInput(Int)
  /// The second matrix of a layer's FFN.
  case feedForwardOutput(Int)
  /// The layer norm beside a layer's FFN.
  case feedForwardNorm(Int)
  /// The layer norm that a layer's adapter begins with.
  case adapterNorm(Int)
  /// The first matrix of a layer's adapter.
  case adapterInput(Int)
  /// The second matrix of a layer's adapter.
  case adapterOutput(Int)
  /// The linear layer that a hidden state may be passed through.
  case finalProjection

  /// The same module of another layer of the encoder; itself when it belongs to none.
  fileprivate func inLayer(_ map: (Int) -> Int) -> ModuleRole {
    switch self {
    case .query(let layer): .query(map(layer))
    case .key(let layer): .key(map(layer))
    case .value(let layer): .value(map(layer))
    case .biasGate(let layer): .biasGate(map(layer))
    case .biasGateScale(let layer): .biasGateScale(map(layer))
    case .attentionOutput(let layer): .attentionOutput(map(layer))
    case .attentionNorm(let layer): .attentionNorm(map(layer))
    case .feedForwardInput(let layer): .feedForwardInput(map(layer))
    case .feedForwardOutput(let layer): .feedForwardOutput(map(layer))
    case .feedForwardNorm(let layer): .feedForwardNorm(map(layer))
    case .adapterNorm(let layer): .adapterNorm(map(layer))
    case .adapterInput(let layer): .adapterInput(map(layer))
    case .adapterOutput(let layer): .adapterOutput(map(layer))
    case .convolution, .convolutionNorm, .channelScale, .featureNorm, .featureProjection, .position, .positionNorm,
      .encoderNorm, .relativeBias, .finalProjection:
      self
    }
  }

  /// The part of the encoder that it is counted with.
  public var part: EncoderPart {
    switch self {
    case .convolution, .convolutionNorm, .channelScale: .extractor
    case .featureNorm, .featureProjection: .projection
    case .position, .positionNorm: .position
    case .encoderNorm, .attentionNorm, .feedForwardNorm, .adapterNorm: .norms
    case .query, .key, .value, .attentionOutput: .attention
    case .relativeBias, .biasGate, .biasGateScale: .attentionBias
    case .adapterInput, .adapterOutput: .adapter
    case .feedForwardInput, .feedForwardOutput: .feedForward
    case .finalProjection: .finalProjection
    }
  }
}

/// The parts of an encoder, in the order of the forward pass.
public enum EncoderPart: Sendable, Hashable {
  /// The convolutions of the feature extractor, and their norms.
  case extractor
  /// Layer norm and projection of the extractor's channels.
  case projection
  /// The position convolution.
  case position
  /// The four matrices of attention in all layers.
  case attention
  /// The table and the gates of the attention bias.
  case attentionBias
  /// The two matrices of the FFN in all layers.
  case feedForward
  /// The two matrices of the adapters.
  case adapter
  /// The norms of the layers, and the encoder's own.
  case norms
  /// The linear layer that a hidden state may be passed through.
  case finalProjection
}
