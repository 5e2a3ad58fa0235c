public import LHModel

extension EncoderShape {
  /// What a subnet of a supernet computes. The architecture must fit the configuration (`Architecture.violations(in:)`
  /// is empty).
  public init(config: ModelConfig, architecture: Architecture) {
    self.init(
      normalizesWaveform: config.normalizesWaveform, convolutions: config.convolutions,
      projectsFeatures: config.hasProjection, width: architecture.embedDim,
      position: PositionShape(config: config, width: architecture.embedDim),
      normPlacement: config.layerNormFirst ? .before : .after,
      layers: (0..<architecture.layerCount).map { layer in
        LayerShape(
          attention: AttentionShape(
            heads: architecture.headCounts[layer], headSize: Architecture.headSize,
            window: architecture.windows[layer]),
          feedForwardWidth: architecture.ffnDims[layer])
      },
      activation: config.activation, sequenceMultiple: config.sequenceMultiple)
  }
}

extension PositionShape {
  /// The position convolution of a subnet of a width. A subnet cuts every layer of several, or only the outer ends.
  fileprivate init(config: ModelConfig, width: Int) {
    let count = config.positionDepth
    let inner = config.prunesPositionConv ? width : config.encoderEmbedDim
    self.init(
      kind: count == 1 ? .weightNormed : .layered, groups: config.positionGroups,
      layers: (0..<count).map { index in
        Layer(
          inputChannels: index == 0 ? width : inner, outputChannels: index == count - 1 ? width : inner,
          kernel: config.positionLayerKernel)
      })
  }
}
