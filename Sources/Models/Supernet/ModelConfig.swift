public import LHConfiguration
public import LHModel

/// What a supernet is, apart from its weights: everything that `cfg.model` and `cfg.task` say about inference.
///
/// The defaults are those of the published code. A subnet keeps its supernet's configuration, since the FFN slice, the
/// group count and the layers that a depth keeps depend on it.
public struct ModelConfig: Sendable, Hashable {
  /// Which norm the conv feature extractor has.
  public var extractorMode: ExtractorMode = .layerNorm
  /// The conv feature extractor, first layer first.
  public var convLayers: [ConvLayer] = ConvLayer.published
  /// Whether its convolutions have biases.
  public var convBias = false
  /// Layers of the supernet's encoder.
  public var encoderLayers = 12
  /// Width FE of the supernet's hidden states.
  public var encoderEmbedDim = 768
  /// FFN width FF of the supernet.
  public var encoderFFNDim = 3072
  /// Attention heads of the supernet's layers.
  public var encoderHeads = 12
  /// The FFN's activation.
  public var activation: Activation = .gelu
  /// Whether layer norms come before attention and FFN (pre-norm) and not after them (post-norm, published).
  public var layerNormFirst = false
  /// Taps of the position convolution; divided among its layers when there are several.
  public var positionKernel = 128
  /// Groups of the position convolution.
  public var positionGroups = 16
  /// Layers of the position convolution; 1 means the weight-normed one.
  public var positionDepth = 1
  /// Whether a subnet cuts every layer of a multi-layer position convolution, or only its outer ends.
  public var prunesPositionConv = true
  /// The sequence length is rounded up to a multiple of this before a sliding window's padding is counted.
  public var sequenceMultiple = 2
  /// Whether the waveform is brought to mean 0 and variance 1 first; nil when the checkpoint does not say.
  public var normalize: Bool?

  /// The published defaults.
  public init() {}

  /// Whether the waveform is normalised: what the checkpoint says, else true for the layer-norm extractor.
  public var normalizesWaveform: Bool { normalize ?? (extractorMode == .layerNorm) }

  /// Taps of each layer of the position convolution: `conv_pos`, or max(3, conv_pos / depth) when there are several.
  public var positionLayerKernel: Int {
    positionDepth == 1 ? positionKernel : max(3, positionKernel / positionDepth)
  }
}

/// The norm inside the conv feature extractor.
public enum ExtractorMode: String, Sendable, Hashable, CaseIterable {
  /// Group norm, one channel a group, after the first convolution only.
  case groupNorm = "default"
  /// Layer norm over channels after every convolution.
  case layerNorm = "layer_norm"
}

extension ModelConfig {
  /// Samples a second of every model's input.
  public static let sampleRate = EncoderShape.sampleRate

  /// Channels that the feature extractor gives.
  public var convChannels: Int { convLayers.last?.channels ?? 0 }

  /// Whether a linear layer brings those channels to the width of the hidden states; it is absent when they are equal.
  public var hasProjection: Bool { convChannels != encoderEmbedDim }

  /// Width of the supernet's attention, 64 times its heads.
  public var attentionDim: Int { encoderHeads * Architecture.headSize }

  /// The extractor's convolutions, with what follows them.
  var convolutions: [ConvolutionShape] {
    var inputChannels = 1
    return convLayers.enumerated().map { index, layer in
      defer { inputChannels = layer.channels }
      let norm: ConvolutionNorm? =
        switch extractorMode {
        case .layerNorm: .layer
        case .groupNorm: index == 0 ? .group : nil
        }
      return ConvolutionShape(
        inputChannels: inputChannels, channels: layer.channels, kernel: layer.kernel, stride: layer.stride,
        hasBias: convBias, norm: norm)
    }
  }

  /// Frames T for a number of samples at 16 kHz; 0 when they are too few for one frame.
  public func frameCount(forSamples count: Int) -> Int { convolutions.frameCount(forSamples: count) }

  /// The fewest samples that give a frame: 400 with the published extractor.
  public var minimumSampleCount: Int { convolutions.minimumSampleCount }
}
