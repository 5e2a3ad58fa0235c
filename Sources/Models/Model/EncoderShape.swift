/// What a speech encoder computes, with every number resolved: waveform, convolutions, position convolution,
/// Transformer layers. It says nothing of where its weights come from: a subnet that was cut out of a supernet and a
/// model that never was part of one are described alike.
///
/// The runtime, the counts, quantisation and the table of a model file go by it.
public struct EncoderShape: Sendable, Hashable {
  /// Whether the waveform is brought to mean 0 and variance 1 first.
  public var normalizesWaveform: Bool
  /// What is added to the variance of a waveform that is normalised: 1e-5 in the published code of most models, 1e-7 in
  /// Hugging Face's feature extractor.
  public var waveformEpsilon: Double
  /// The convolutions of the feature extractor, first layer first.
  public var convolutions: [ConvolutionShape]
  /// Whether each channel of the extractor's output is multiplied by a number of its own, as pruning leaves it.
  public var scalesChannels: Bool
  /// Whether the extractor's channels have a layer norm.
  public var normalizesFeatures: Bool
  /// Whether a linear layer brings the extractor's channels to the width of the hidden states. Without one they are
  /// equal.
  public var projectsFeatures: Bool
  /// Width E of the hidden states.
  public var width: Int
  /// What tells the encoder where a frame stands; nil for nothing.
  public var position: PositionShape?
  /// Where the layers have their norms.
  public var normPlacement: NormPlacement
  /// The layers of the encoder.
  public var layers: [LayerShape]
  /// What is added to the scores of attention.
  public var attentionBias: AttentionBias
  /// The function between the two matrices of the FFN.
  public var activation: Activation
  /// The sequence length is rounded up to a multiple of this before a sliding window's padding is counted.
  public var sequenceMultiple: Int
  /// Width of a linear layer that a hidden state may be passed through; nil for none.
  public var finalProjection: Int?

  /// A shape. Nothing is checked here.
  public init(
    normalizesWaveform: Bool, waveformEpsilon: Double = EncoderShape.publishedEpsilon,
    convolutions: [ConvolutionShape], scalesChannels: Bool = false, normalizesFeatures: Bool = true,
    projectsFeatures: Bool, width: Int, position: PositionShape?, normPlacement: NormPlacement, layers: [LayerShape],
    attentionBias: AttentionBias = .none, activation: Activation = .gelu, sequenceMultiple: Int = 1,
    finalProjection: Int? = nil
  ) {
    self.normalizesWaveform = normalizesWaveform
    self.waveformEpsilon = waveformEpsilon
    self.convolutions = convolutions
    self.scalesChannels = scalesChannels
    self.normalizesFeatures = normalizesFeatures
    self.projectsFeatures = projectsFeatures
    self.width = width
    self.position = position
    self.normPlacement = normPlacement
    self.layers = layers
    self.attentionBias = attentionBias
    self.activation = activation
    self.sequenceMultiple = sequenceMultiple
    self.finalProjection = finalProjection
  }

  /// Samples a second of every model's input.
  public static let sampleRate = 16_000

  /// `waveformEpsilon` of fairseq, s3prl, torchaudio and LightHuBERT.
  public static let publishedEpsilon = 1e-5

  /// Channels that the feature extractor gives.
  public var extractorChannels: Int { convolutions.last?.channels ?? 0 }

  /// Width of the widest layer's attention; 0 when no layer has one.
  public var widestAttention: Int { layers.reduce(0) { max($0, $1.attention?.width ?? 0) } }

  /// Width of the widest layer's FFN; 0 when no layer has one.
  public var widestFeedForward: Int { layers.reduce(0) { max($0, $1.feedForwardWidth ?? 0) } }
}

/// Where the layers of an encoder have their norms.
public enum NormPlacement: Sendable, Hashable {
  /// Before attention and FFN. The encoder's own norm comes after the last layer.
  case before
  /// After attention and FFN are added. The encoder's own norm comes before the first layer.
  case after
}

/// What is added to the scores of attention.
public enum AttentionBias: Sendable, Hashable {
  /// Nothing.
  case none
  /// A table of biases by distance that all layers share, each with a gate of its own: WavLM.
  case gatedRelative(GatedRelativeBias)
}

/// The function between the two matrices of the FFN.
public enum Activation: String, Sendable, Hashable, CaseIterable {
  case gelu, relu
}
