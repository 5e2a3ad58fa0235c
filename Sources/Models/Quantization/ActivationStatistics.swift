public import LHModel

/// What is known of all activations of an encoder that are multiplied with weights: from its norms alone, or measured.
public struct ActivationStatistics: Sendable {
  /// Statistics of what each layer multiplies, in the order of the forward pass.
  public let layers: [(layer: QuantizableLayer, channels: ChannelStatistics)]

  /// Statistics of an encoder.
  ///
  /// - Parameter channels: Gives those of a layer, with as many channels as the layer has.
  public init<Failure>(
    _ shape: EncoderShape, channels: (QuantizableLayer) throws(Failure) -> ChannelStatistics
  ) throws(Failure) {
    var layers: [(QuantizableLayer, ChannelStatistics)] = []
    for layer in QuantizableLayer.all(shape) {
      let statistics = try channels(layer)
      precondition(
        statistics.channelCount == layer.channelCount(shape), "statistics of each input channel")
      layers.append((layer, statistics))
    }
    self.layers = layers
  }
}
