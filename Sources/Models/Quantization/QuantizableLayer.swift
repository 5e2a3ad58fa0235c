public import LHModel

/// A product of activations with weights that may be computed in int8. Tensors that multiply the same activations
/// belong together: they have the same outlier channels and the same number format.
public enum QuantizableLayer: Sendable, Hashable {
  /// A convolution of the feature extractor, from 1 on; the first one has a single input channel and stays float.
  case convolution(Int)
  /// From the extractor's channels to hidden states.
  case projection
  /// Queries, keys and values of an encoder layer.
  case attentionInput(Int)
  /// The projection after an encoder layer's attention.
  case attentionOutput(Int)
  /// The first matrix of an encoder layer's FFN.
  case feedForwardInput(Int)
  /// The second matrix of an encoder layer's FFN.
  case feedForwardOutput(Int)

  /// Those of an encoder, in the order of the forward pass.
  public static func all(_ shape: EncoderShape) -> [QuantizableLayer] {
    var layers = shape.convolutions.indices.dropFirst().map(QuantizableLayer.convolution)
    if shape.projectsFeatures { layers.append(.projection) }
    for (index, layer) in shape.layers.enumerated() {
      if layer.attention != nil { layers += [.attentionInput(index), .attentionOutput(index)] }
      if layer.feedForwardWidth != nil { layers += [.feedForwardInput(index), .feedForwardOutput(index)] }
    }
    return layers
  }

  /// Its weights.
  public var tensors: [TensorRole] {
    switch self {
    case .convolution(let index): [.weight(.convolution(index))]
    case .projection: [.weight(.featureProjection)]
    case .attentionInput(let layer): [.weight(.query(layer)), .weight(.key(layer)), .weight(.value(layer))]
    case .attentionOutput(let layer): [.weight(.attentionOutput(layer))]
    case .feedForwardInput(let layer): [.weight(.feedForwardInput(layer))]
    case .feedForwardOutput(let layer): [.weight(.feedForwardOutput(layer))]
    }
  }

  /// Input channels in an encoder that has the layer.
  public func channelCount(_ shape: EncoderShape) -> Int {
    switch self {
    case .convolution(let index): shape.convolutions[index].inputChannels
    case .projection: shape.extractorChannels
    case .attentionInput, .feedForwardInput: shape.width
    case .attentionOutput(let layer): shape.layers[layer].attention?.width ?? 0
    case .feedForwardOutput(let layer): shape.layers[layer].feedForwardWidth ?? 0
    }
  }
}
