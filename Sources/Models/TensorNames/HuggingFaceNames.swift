public import LHModel

/// The names that Hugging Face's transformers gives to tensors of HubertModel, Wav2Vec2Model, WavLMModel and
/// Data2VecAudioModel, without the prefix of the model. torchaudio and DPHuBERT have them too, below two names of their
/// own (`Style.torchaudio`).
public struct HuggingFaceNames: TensorNames {
  /// Whose names they are.
  public enum Style: Sendable, Hashable {
    /// Those of transformers.
    case transformers
    /// Those of torchaudio's `Wav2Vec2Model`, and DPHuBERT's copy of it.
    case torchaudio
  }

  private let style: Style
  /// The kind of the position convolution, which says where its weights stand.
  private let position: PositionShape.Kind

  /// The names of the tensors of models with a kind of position convolution.
  public init(_ style: Style = .transformers, position: PositionShape.Kind = .weightNormed) {
    self.style = style
    self.position = position
  }

  /// The name of a module.
  public func name(of module: ModuleRole) -> String {
    switch module {
    case .convolution(let index): "feature_extractor.conv_layers.\(index).conv"
    case .convolutionNorm(let index): "feature_extractor.conv_layers.\(index).layer_norm"
    case .channelScale: "feature_extractor.dummy_weight"
    case .featureNorm: "\(projection).layer_norm"
    case .featureProjection: "\(projection).projection"
    case .position(let index):
      position == .layered
        ? "\(encoder).pos_conv_embed.layers.\(index).conv" : "\(encoder).pos_conv_embed.conv"
    case .positionNorm: "\(encoder).pos_conv_embed.batch_norm"
    case .encoderNorm: "\(encoder).layer_norm"
    case .query(let layer): name("attention.q_proj", layer)
    case .key(let layer): name("attention.k_proj", layer)
    case .value(let layer): name("attention.v_proj", layer)
    case .relativeBias: name("attention.rel_attn_embed", 0)
    case .biasGate(let layer): name("attention.gru_rel_pos_linear", layer)
    case .biasGateScale(let layer): name("attention.gru_rel_pos_const", layer)
    case .attentionOutput(let layer): name("attention.out_proj", layer)
    case .attentionNorm(let layer): name("layer_norm", layer)
    case .feedForwardInput(let layer): name("feed_forward.intermediate_dense", layer)
    case .feedForwardOutput(let layer): name("feed_forward.output_dense", layer)
    case .feedForwardNorm(let layer): name("final_layer_norm", layer)
    case .adapterNorm(let layer): name("adapter_layer.norm", layer)
    case .adapterInput(let layer): name("adapter_layer.linear_1", layer)
    case .adapterOutput(let layer): name("adapter_layer.linear_2", layer)
    case .finalProjection: "final_proj"
    }
  }

  private func name(_ part: String, _ layer: Int) -> String { "\(encoder).layers.\(layer).\(part)" }

  private var encoder: String { style == .torchaudio ? "encoder.transformer" : "encoder" }
  private var projection: String { style == .torchaudio ? "encoder.feature_projection" : "feature_projection" }
}
