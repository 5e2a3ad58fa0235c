/// The tensors that an encoder consists of, in the order of the forward pass: the one place where their shapes are
/// written.
///
/// The cuts of a supernet, the table of a model file and the runtime go by this list.
public struct EncoderLayout: Sendable {
  /// The tensors in order.
  public private(set) var tensors: [EncoderTensor] = []
  /// Where each of them stands among these.
  private var places: [TensorRole: Int] = [:]

  /// The tensor of a role; nil when the encoder has none.
  public subscript(role: TensorRole) -> EncoderTensor? { place(of: role).map { tensors[$0] } }

  /// Where the tensor of a role stands among `tensors`; nil when the encoder has none.
  public func place(of role: TensorRole) -> Int? { places[role] }

  /// The layout of an encoder.
  public init(_ shape: EncoderShape) {
    for (index, convolution) in shape.convolutions.enumerated() { append(convolution, index) }
    if shape.scalesChannels { append(.weight(.channelScale), [shape.extractorChannels]) }
    if shape.normalizesFeatures { appendNorm(.featureNorm, shape.extractorChannels) }
    if shape.projectsFeatures {
      appendLinear(.featureProjection, shape.width, shape.extractorChannels)
    }
    if let position = shape.position { append(position, width: shape.width) }
    appendNorm(.encoderNorm, shape.width)
    if case .gatedRelative(let bias) = shape.attentionBias {
      append(.weight(.relativeBias), [bias.buckets, bias.heads])
    }
    for (index, layer) in shape.layers.enumerated() {
      append(layer, index, width: shape.width, bias: shape.attentionBias)
    }
    if let width = shape.finalProjection {
      appendLinear(.finalProjection, width, shape.width, isQuantizable: false)
    }
  }

  private mutating func append(_ role: TensorRole, _ shape: [Int], isQuantizable: Bool = false) {
    places[role] = tensors.count
    tensors.append(EncoderTensor(role: role, shape: shape, isQuantizable: isQuantizable))
  }

  private mutating func appendNorm(_ module: ModuleRole, _ width: Int) {
    append(.weight(module), [width])
    append(.bias(module), [width])
  }

  private mutating func appendLinear(
    _ module: ModuleRole, _ output: Int, _ input: Int, isQuantizable: Bool = true
  ) {
    append(.weight(module), [output, input], isQuantizable: isQuantizable)
    append(.bias(module), [output])
  }

  private mutating func append(_ convolution: ConvolutionShape, _ index: Int) {
    append(
      .weight(.convolution(index)), [convolution.channels, convolution.inputChannels, convolution.kernel],
      isQuantizable: index > 0)
    if convolution.hasBias { append(.bias(.convolution(index)), [convolution.channels]) }
    if convolution.norm != nil { appendNorm(.convolutionNorm(index), convolution.channels) }
  }

  private mutating func append(_ position: PositionShape, width: Int) {
    if position.kind == .batchNormed { appendNorm(.positionNorm, width) }
    for (index, layer) in position.layers.enumerated() {
      append(
        .weight(.position(index)), [layer.outputChannels, layer.inputChannels / position.groups, layer.kernel])
      append(.bias(.position(index)), [layer.outputChannels])
    }
  }

  private mutating func append(_ layer: LayerShape, _ index: Int, width: Int, bias: AttentionBias) {
    if let attention = layer.attention {
      for module in [ModuleRole.query(index), .key(index), .value(index)] {
        appendLinear(module, attention.width, width)
      }
      if case .gatedRelative(let bias) = bias {
        append(.weight(.biasGate(index)), [GatedRelativeBias.gateWidth, attention.headSize])
        append(.bias(.biasGate(index)), [GatedRelativeBias.gateWidth])
        append(.weight(.biasGateScale(index)), [bias.heads])
      }
      appendLinear(.attentionOutput(index), width, attention.width)
    }
    appendNorm(.attentionNorm(index), width)
    if let inner = layer.feedForwardWidth {
      appendLinear(.feedForwardInput(index), inner, width)
      appendLinear(.feedForwardOutput(index), width, inner)
    }
    appendNorm(.feedForwardNorm(index), width)
    if let inner = layer.adapterWidth {
      appendNorm(.adapterNorm(index), width)
      appendLinear(.adapterInput(index), inner, width, isQuantizable: false)
      appendLinear(.adapterOutput(index), width, inner, isQuantizable: false)
    }
  }
}

/// One tensor of an encoder.
public struct EncoderTensor: Sendable, Hashable {
  /// What it is for.
  public let role: TensorRole
  /// Length of each axis: a linear layer is [out, in], a convolution [out, in of a group, tap].
  public let shape: [Int]
  /// Whether it may be stored and used in low precision: a matrix or a convolution that takes part in much of the
  /// arithmetic. The first convolution and the position convolution need their precision.
  public let isQuantizable: Bool

  /// A tensor.
  public init(role: TensorRole, shape: [Int], isQuantizable: Bool) {
    self.role = role
    self.shape = shape
    self.isQuantizable = isQuantizable
  }

  /// The number of elements.
  public var count: Int { shape.reduce(1, *) }
}
