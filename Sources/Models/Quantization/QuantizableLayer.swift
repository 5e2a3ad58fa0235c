public import LHSupernet

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

  /// Those of a subnet, in the order of the forward pass.
  public static func all(config: ModelConfig, architecture: Architecture) -> [QuantizableLayer] {
    var layers = config.convLayers.indices.dropFirst().map(QuantizableLayer.convolution)
    if config.hasProjection { layers.append(.projection) }
    for layer in 0..<architecture.layerCount {
      layers += [.attentionInput(layer), .attentionOutput(layer), .feedForwardInput(layer), .feedForwardOutput(layer)]
    }
    return layers
  }

  /// Names of its weights' tensors.
  public var tensors: [String] {
    switch self {
    case .convolution(let layer): ["feature_extractor.conv_layers.\(layer).0.weight"]
    case .projection: ["post_extract_proj.weight"]
    case .attentionInput(let layer): ["q", "k", "v"].map { "encoder.layers.\(layer).self_attn.\($0)_proj.weight" }
    case .attentionOutput(let layer): ["encoder.layers.\(layer).self_attn.out_proj.weight"]
    case .feedForwardInput(let layer): ["encoder.layers.\(layer).fc1.weight"]
    case .feedForwardOutput(let layer): ["encoder.layers.\(layer).fc2.weight"]
    }
  }

  /// Input channels in a subnet.
  public func channelCount(config: ModelConfig, architecture: Architecture) -> Int {
    switch self {
    case .convolution(let layer): config.convLayers[layer - 1].channels
    case .projection: config.convChannels
    case .attentionInput, .feedForwardInput: architecture.embedDim
    case .attentionOutput(let layer): architecture.attentionDims[layer]
    case .feedForwardOutput(let layer): architecture.ffnDims[layer]
    }
  }
}
