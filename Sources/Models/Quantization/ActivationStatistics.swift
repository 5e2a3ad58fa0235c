public import LHSupernet

/// What is known of all activations of a subnet that are multiplied with weights: from its norms alone, or measured.
public struct ActivationStatistics: Sendable {
  /// Statistics of what each layer multiplies, in the order of the forward pass.
  public let layers: [(layer: QuantizableLayer, channels: ChannelStatistics)]

  /// Statistics of a subnet.
  ///
  /// - Parameter channels: Gives those of a layer, with as many channels as the layer has.
  public init<Failure>(
    config: ModelConfig, architecture: Architecture,
    channels: (QuantizableLayer) throws(Failure) -> ChannelStatistics
  ) throws(Failure) {
    var layers: [(QuantizableLayer, ChannelStatistics)] = []
    for layer in QuantizableLayer.all(config: config, architecture: architecture) {
      let statistics = try channels(layer)
      precondition(
        statistics.channelCount == layer.channelCount(config: config, architecture: architecture),
        "statistics of each input channel")
      layers.append((layer, statistics))
    }
    self.layers = layers
  }
}
