import LHConfiguration
public import LHModel

/// What a configuration says of a model, whoever wrote it, in one form: the switches of the graph that all families
/// share. What the tensors tell better (biases, the norm before the projection, widths that pruning left) is not among
/// them.
struct StatedEncoder {
  var family: ModelFamily
  /// Whether the waveform is normalised; nil when nothing says so.
  var normalizesWaveform: Bool?
  var waveformEpsilon = EncoderShape.publishedEpsilon
  var convolutions: [ConvLayer] = ConvLayer.published
  /// The norm of the extractor: layer norms behind all convolutions, or a group norm behind the first.
  var extractorNorm: ConvolutionNorm = .group
  /// Whether the configuration says that the extractor's convolutions have biases; nil when it does not.
  var hasConvolutionBias: Bool?
  /// Whether there is a norm before the projection; nil when nothing says so.
  var normalizesFeatures: Bool? = true
  var positionKind: PositionShape.Kind = .weightNormed
  /// Convolutions of the position convolution.
  var positionDepth = 1
  /// Taps of each of them.
  var positionKernel = 128
  var positionGroups = 16
  var normPlacement: NormPlacement = .after
  var activation: Activation = .gelu
  var width = 768
  /// Heads of each layer; nil for a layer without attention.
  var heads: [Int?] = Array(repeating: 12, count: 12)
  var headSize = 64
  /// Width of each layer's FFN; nil for a layer without one, an empty list when nothing says so.
  var feedForwardWidths: [Int?] = []
  /// The rows of WavLM's table; nil when nothing says so.
  var buckets: Int?
  var maxDistance = 800
  /// Heads of WavLM's table, and those of them that each layer has left; nil where none was pruned.
  var biasHeads: [[Int]]?
  /// Whether there is WavLM's table; nil when nothing says so.
  var hasRelativeBias: Bool?
  /// The width of the adapter that all layers have; nil for none.
  var adapterWidth: Int?
  /// What a person should know of how it was read, a line each.
  var notes: [String] = []

  /// Takes the sizes that all layers have.
  mutating func setLayers(_ count: Int, heads: Int, width: Int) {
    self.width = width
    self.heads = Array(repeating: heads, count: count)
    headSize = width / max(heads, 1)
  }
}

extension StatedEncoder {
  /// The convolutions with what follows them, but for biases.
  var convolutionShapes: [ConvolutionShape] {
    var inputs = 1
    return convolutions.enumerated().map { index, layer in
      defer { inputs = layer.channels }
      return ConvolutionShape(
        inputChannels: inputs, channels: layer.channels, kernel: layer.kernel, stride: layer.stride,
        norm: extractorNorm == .layer ? .layer : index == 0 ? .group : nil)
    }
  }

  /// The position convolution.
  var positionShape: PositionShape {
    PositionShape(
      kind: positionKind, groups: positionGroups,
      layers: (0..<positionDepth).map { _ in
        PositionShape.Layer(inputChannels: width, outputChannels: width, kernel: positionKernel)
      })
  }
}
