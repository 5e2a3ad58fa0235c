public import LHRuntime

/// Which features of an utterance are wanted.
public struct FeatureSelection: Equatable, Sendable {
  /// Which hidden states, in which order.
  public var layers: LayerSelection
  /// What counts as hidden state 0.
  public var layerZero: LayerZero
  /// Whether the waveform is normalised; nil for what the model says.
  public var normalize: Bool?

  /// A selection.
  public init(layers: LayerSelection = .last, layerZero: LayerZero = .projection, normalize: Bool? = nil) {
    self.layers = layers
    self.layerZero = layerZero
    self.normalize = normalize
  }
}
