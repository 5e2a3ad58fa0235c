/// The parameters of a subnet as the published code counts them, by part.
public struct ParameterCount: Sendable, Hashable {
  /// The conv feature extractor with its norms.
  public private(set) var extractor = 0
  /// `layer_norm` and `post_extract_proj`.
  public private(set) var projection = 0
  /// The position convolution; a weight-normed one counts its kernel once.
  public private(set) var positionConv = 0
  /// The encoder's layers and its layer norm.
  public private(set) var encoder = 0
  /// `mask_emb`, which is always as wide as the supernet. Training alone uses it, and no subnet file holds it, but the
  /// published totals have it in them.
  public let maskEmbedding: Int

  /// The published total.
  public var total: Int { stored + maskEmbedding }

  /// What inference needs, and a subnet file holds.
  public var stored: Int { extractor + projection + positionConv + encoder }

  /// Counts a subnet that fits its supernet.
  public init(config: ModelConfig, architecture: Architecture) {
    maskEmbedding = config.encoderEmbedDim
    for tensor in SubnetLayout(config: config, architecture: architecture).tensors {
      if tensor.name.hasPrefix("feature_extractor.") {
        extractor += tensor.count
      } else if tensor.name.hasPrefix("encoder.pos_conv.") {
        positionConv += tensor.count
      } else if tensor.name.hasPrefix("encoder.") {
        encoder += tensor.count
      } else {
        projection += tensor.count
      }
    }
  }
}
