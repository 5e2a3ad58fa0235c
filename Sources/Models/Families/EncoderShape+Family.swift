import LHConfiguration
import LHModel

extension EncoderShape {
  /// What the configuration of a model and its tensors say together. Where the two disagree about whether convolutions
  /// have biases, the tensors are right. What else the configuration calls for is part of the shape, and missed when
  /// the tensors are looked up.
  init(_ stated: StatedEncoder, _ finder: TensorFinder, _ choices: ReadingChoices) {
    var convolutions = stated.convolutionShapes
    // All have one, or none has.
    let hasBias = convolutions.indices.contains { finder.has(.bias(.convolution($0))) }
    for index in convolutions.indices { convolutions[index].hasBias = hasBias }
    let bias = AttentionBias(stated, finder)
    self.init(
      normalizesWaveform: choices.normalizesWaveform ?? stated.normalizesWaveform ?? (stated.extractorNorm == .layer),
      waveformEpsilon: choices.waveformEpsilon ?? stated.waveformEpsilon, convolutions: convolutions,
      scalesChannels: finder.has(.weight(.channelScale)),
      normalizesFeatures: stated.normalizesFeatures ?? finder.has(.weight(.featureNorm)),
      projectsFeatures: finder.has(.weight(.featureProjection)) || convolutions.last?.channels != stated.width,
      width: stated.width, position: stated.positionShape,
      normPlacement: stated.normPlacement,
      layers: stated.heads.indices.map { LayerShape(stated, finder, layer: $0, bias: bias) }, attentionBias: bias,
      activation: stated.activation, finalProjection: EncoderShape.finalProjection(stated, finder))
  }

  /// HuBERT's projection to its targets, or ContentVec's to what voice changers use.
  private static func finalProjection(_ stated: StatedEncoder, _ finder: TensorFinder) -> Int? {
    guard stated.family == .huBERT, let shape = finder.shape(.weight(.finalProjection)), shape.count == 2,
      shape[1] == stated.width, finder.has(.bias(.finalProjection)), Limits.width.contains(shape[0])
    else { return nil }
    return shape[0]
  }
}

extension AttentionBias {
  fileprivate init(_ stated: StatedEncoder, _ finder: TensorFinder) {
    guard let shape = finder.shape(.weight(.relativeBias)), shape.count == 2 else {
      self =
        stated.hasRelativeBias == true
        ? .gatedRelative(
          GatedRelativeBias(
            buckets: stated.buckets ?? 320, maxDistance: stated.maxDistance,
            heads: stated.heads.first.flatMap { $0 } ?? 1))
        : .none
      return
    }
    self = .gatedRelative(
      GatedRelativeBias(buckets: stated.buckets ?? shape[0], maxDistance: stated.maxDistance, heads: shape[1]))
  }
}

extension LayerShape {
  fileprivate init(_ stated: StatedEncoder, _ finder: TensorFinder, layer: Int, bias: AttentionBias) {
    let attention = stated.heads[layer].map { heads in
      var shape = AttentionShape(heads: heads, headSize: stated.headSize)
      if bias != .none, let left = stated.biasHeads?[layer], left != Array(0..<stated.width / max(1, stated.headSize)) {
        shape.biasHeads = left
      }
      return shape
    }
    let found = finder.shape(.weight(.feedForwardInput(layer)))?.first
    let width = stated.feedForwardWidths.isEmpty ? found : stated.feedForwardWidths[layer]
    self.init(attention: attention, feedForwardWidth: width, adapterWidth: stated.adapterWidth)
  }
}
