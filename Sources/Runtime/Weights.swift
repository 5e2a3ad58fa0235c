import LHKernelTypes
import LHKernels
import LHModel

/// The weights of a model, packed for the kernels. Shapes are [rows, columns] of the right-hand matrices: a linear
/// layer that PyTorch keeps as [out, in] is [in, out] here.
struct Weights: Sendable {
  /// The feature extractor, first layer first.
  let convs: [ConvWeights]
  /// Factors of the extractor's channels, [C]; nil for none.
  let channelScale: AlignedBuffer?
  /// Layer norm over the extractor's channels, [C]; nil for none.
  let featureNorm: NormWeights?
  /// [C, E]; nil when the channels are the hidden states.
  let projection: WeightMatrix?
  /// Gain and bias of each channel before the position convolution, [E]; nil for none.
  let positionNorm: NormWeights?
  /// The position convolution's layers.
  let position: [PositionWeights]
  /// [E]
  let encoderNorm: NormWeights
  /// The table of the attention bias; nil for none.
  let relativeBias: RelativeBiasWeights?
  /// The encoder's layers.
  let layers: [LayerWeights]
  /// [E, P], which a hidden state may be passed through; nil for none.
  let finalProjection: WeightMatrix?
}

/// A layer norm's or group norm's gain and bias.
struct NormWeights: Sendable {
  /// [width]
  let gain: AlignedBuffer
  /// [width]
  let bias: AlignedBuffer

  /// The layer norm of some rows, in place.
  func rows(_ x: UnsafeMutablePointer<Float>, count: Int, gelu: GELUForm? = nil) -> LayerNormRows {
    rows(x, to: x, count: count, gelu: gelu)
  }

  /// The layer norm of some rows.
  func rows(
    _ x: UnsafePointer<Float>, to y: UnsafeMutablePointer<Float>, count: Int, gelu: GELUForm? = nil
  ) -> LayerNormRows {
    LayerNormRows(
      rows: count, width: gain.count, x: x, xStride: gain.count, y: y, yStride: gain.count,
      gain: UnsafePointer(gain.start), bias: UnsafePointer(bias.start), gelu: gelu)
  }
}

/// One convolution of the feature extractor.
struct ConvWeights: Sendable {
  /// Kernel, stride and channels.
  let shape: ConvolutionShape
  /// The taps.
  let taps: Taps
  /// [channels, kernel * inputChannels] as float32, kept only where a group norm is folded into it for each utterance.
  let rows: AlignedBuffer?
  /// [channels]; of the first layer where it is folded.
  let bias: AlignedBuffer?
  /// The norm after the convolution, [channels].
  let norm: NormWeights?

  /// The weights, as the algorithm wants them.
  enum Taps: Sendable {
    /// [kernel * inputChannels, channels]: tap by tap, so that overlapping rows of the input are the left-hand matrix.
    case direct(WeightMatrix)
    /// A matrix for each tap: in reduced precisions, and with fewer multiplications for kernel 3 and stride 2.
    case strided(StridedConvolution)

    /// Whether the input is rounded to a reduced precision.
    var isReduced: Bool {
      if case .strided(let convolution) = self { convolution.isReduced } else { false }
    }
  }

  /// Output frames that are computed together: a range of them begins at a multiple of this.
  var groupSize: Int {
    switch taps {
    case .direct: 1
    case .strided(let convolution): convolution.groupSize
    }
  }
}

/// One layer of the position convolution.
enum PositionWeights: Sendable {
  /// A product for each group.
  case direct(GroupedConvWeights)
  /// Fourier transforms, for a long kernel.
  case fourier(FourierConvolution)

  /// Channels of the input or the output, of which there are more.
  var widestChannels: Int {
    switch self {
    case .direct(let layer): max(layer.inputPerGroup, layer.outputPerGroup) * layer.groups.count
    case .fourier(let convolution): convolution.width * convolution.groups
    }
  }

  /// Channels of the output.
  var outputChannels: Int {
    switch self {
    case .direct(let layer): layer.outputPerGroup * layer.groups.count
    case .fourier(let convolution): convolution.width * convolution.groups
    }
  }
}

/// A grouped convolution as products of matrices.
struct GroupedConvWeights: Sendable {
  /// Taps.
  let kernel: Int
  /// Channels of a group's input.
  let inputPerGroup: Int
  /// Channels of a group's output.
  let outputPerGroup: Int
  /// One a group: [kernel * inputPerGroup, outputPerGroup]
  let groups: [WeightMatrix]
}

/// One layer of the encoder.
struct LayerWeights: Sendable {
  /// Nil where the layer has no attention.
  let attention: AttentionWeights?
  /// [E]
  let attentionNorm: NormWeights
  /// Nil where the layer has no FFN.
  let feedForward: FeedForwardWeights?
  /// [E]
  let feedForwardNorm: NormWeights
  /// Nil where the layer has none.
  let adapter: AdapterWeights?
}

/// An adapter after a layer: a norm, and two matrices with ReLU between them.
struct AdapterWeights: Sendable {
  /// [E]
  let norm: NormWeights
  /// [E, R] and [R, E]
  let matrices: FeedForwardWeights
}

/// The table of the attention bias that all layers share.
struct RelativeBiasWeights: Sendable {
  /// Buckets, the distance from which on all are in the last one, and heads.
  let shape: GatedRelativeBias
  /// [buckets, heads]
  let table: AlignedBuffer
}

/// The gate of the attention bias in one layer.
struct BiasGateWeights: Sendable {
  /// [D, 2]: what is summed up before each of the gate's two sigmoids.
  let matrix: WeightMatrix
  /// [heads]
  let scales: AlignedBuffer
}

/// The attention of a layer, of H heads. Heads whose size D is no multiple of `Attention.headSizeMultiple` are filled
/// up with zeros to P, the next one.
struct AttentionWeights: Sendable {
  /// Heads, their size, and what a frame attends to.
  let shape: AttentionShape
  /// [E, 3 H P]: queries (scaled by D^-0.5), keys, values.
  let qkv: WeightMatrix
  /// [H P, E]
  let output: WeightMatrix
  /// The gate of the attention bias; nil where there is no bias.
  let gate: BiasGateWeights?
}

extension AttentionShape {
  /// Size P of a head in memory.
  var storedHeadSize: Int { headSize.roundedUp(toMultipleOf: Attention.headSizeMultiple) }
  /// Width of all heads in memory.
  var storedWidth: Int { heads * storedHeadSize }
}

/// The FFN of a layer.
struct FeedForwardWeights: Sendable {
  /// [E, F]
  let input: WeightMatrix
  /// [F, E]
  let output: WeightMatrix
}
