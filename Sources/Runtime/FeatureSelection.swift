/// Which features of an utterance are wanted.
public struct FeatureSelection: Equatable, Sendable {
  /// Which hidden states, in which order.
  public var layers: LayerSelection
  /// What counts as hidden state 0.
  public var layerZero: LayerZero
  /// What counts as hidden state L, the last one, where the layers have their norms before.
  public var lastState: LastState
  /// Whether each hidden state is passed through the model's final projection: [T, P] and not [T, E].
  public var isProjected: Bool
  /// Whether the waveform is normalised; nil for what the model says.
  public var normalize: Bool?

  /// A selection.
  public init(
    layers: LayerSelection = .last, layerZero: LayerZero = .projection, lastState: LastState = .raw,
    isProjected: Bool = false, normalize: Bool? = nil
  ) {
    self.layers = layers
    self.layerZero = layerZero
    self.lastState = lastState
    self.isProjected = isProjected
    self.normalize = normalize
  }
}

/// What counts as hidden state L, among those that are chosen by number, where the layers have their norms before. The
/// two are one where they have them after.
public enum LastState: String, Sendable, CaseIterable {
  /// The output of layer L: the convention of fairseq's layers, torchaudio and transformers 5.16.
  case raw
  /// That through the encoder's layer norm, as `LayerSelection.last` is: that of s3prl and transformers up to 5.15.
  case normed
}

extension FeatureSelection {
  /// The layers that have to be computed, of a model's.
  func neededLayers(of count: Int) -> Int {
    guard case .indices(let indices) = layers else { return count }
    return indices.max() ?? 0
  }

  /// Calls `body` with each place among the selected hidden states where one of a forward pass belongs.
  ///
  /// - Parameters:
  ///   - layer: The layer whose output it is; 0 for hidden state 0.
  ///   - isLast: Whether it is the last representation, and not an output of layer `layer`.
  ///   - count: Layers L.
  func forEachPlace<Failure>(
    of layer: Int, isLast: Bool, layerCount count: Int, _ body: (Int) throws(Failure) -> Void
  ) throws(Failure) {
    let isState = layer == count && lastState == .normed && count > 0 ? isLast : !isLast
    switch layers {
    case .last: if isLast { try body(0) }
    case .all: if isState { try body(layer) }
    case .indices(let indices):
      for (place, index) in indices.enumerated() where isState && index == layer { try body(place) }
    }
  }
}
