/// The parameters of an encoder as the published code counts them, by part.
public struct ParameterCount: Sendable, Hashable {
  /// The conv feature extractor with its norms.
  public private(set) var extractor = 0
  /// `layer_norm` and `post_extract_proj`.
  public private(set) var projection = 0
  /// The position convolution; a weight-normed one counts its kernel once.
  public private(set) var positionConv = 0
  /// The encoder's layers and its layer norm.
  public private(set) var encoder = 0
  /// The linear layer that a hidden state may be passed through.
  public private(set) var finalProjection = 0
  /// `mask_emb`, which is always as wide as the supernet. Training alone uses it, and no subnet file holds it, but the
  /// published totals have it in them.
  public let maskEmbedding: Int

  /// The published total.
  public var total: Int { stored + maskEmbedding }

  /// What inference needs, and a subnet file holds.
  public var stored: Int { extractor + projection + positionConv + encoder + finalProjection }

  /// Counts an encoder.
  ///
  /// - Parameter maskEmbedding: Numbers of `mask_emb`.
  public init(_ shape: EncoderShape, maskEmbedding: Int) {
    self.maskEmbedding = maskEmbedding
    for tensor in EncoderLayout(shape).tensors {
      switch tensor.role.module.part {
      case .extractor: extractor += tensor.count
      case .projection: projection += tensor.count
      case .position: positionConv += tensor.count
      case .attention, .attentionBias, .feedForward, .adapter, .norms: encoder += tensor.count
      case .finalProjection: finalProjection += tensor.count
      }
    }
  }
}
