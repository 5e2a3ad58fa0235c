/// The tensors that a subnet consists of, in the order of the forward pass: the one place where their shapes are written.
///
/// The slicer, the file format and the runtime all go by this list. The architecture must fit the configuration
/// (`Architecture.violations(in:)` is empty).
public struct SubnetLayout: Sendable {
  /// The tensors in order.
  public let tensors: [SubnetTensor]

  /// The layout of a subnet.
  public init(config: ModelConfig, architecture: Architecture) {
    var builder = LayoutBuilder(config: config, architecture: architecture)
    builder.appendExtractor()
    builder.appendProjection()
    builder.appendPositionConv()
    builder.appendPair("encoder.layer_norm", builder.embed)
    let kept = SubnetLayout.keptLayers(architecture.layerCount, of: config.encoderLayers)
    for layer in 0..<architecture.layerCount {
      builder.appendLayer(layer, source: kept?[layer] ?? layer)
    }
    tensors = builder.tensors
  }

  /// The same by their names.
  public var tensorsByName: [String: SubnetTensor] {
    Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, $0) })
  }

  /// The supernet's layers that a subnet of `layerCount` layers keeps, in order; nil when there is no such subnet.
  ///
  /// The published code knows depths 6 to 12 of a supernet of 12 layers. Any other supernet is taken whole.
  public static func keptLayers(_ layerCount: Int, of supernetLayers: Int) -> [Int]? {
    if layerCount == supernetLayers && layerCount > 0 { return Array(0..<layerCount) }
    guard supernetLayers == 12, let dropped = droppedLayers[layerCount] else { return nil }
    return (0..<supernetLayers).filter { !dropped.contains($0) }
  }

  /// The depths that a subnet of a supernet of `supernetLayers` layers can have, in rising order.
  public static func layerCounts(of supernetLayers: Int) -> [Int] {
    supernetLayers == 12 ? droppedLayers.keys.sorted() + [12] : [supernetLayers]
  }

  private static let droppedLayers: [Int: Set<Int>] = [
    6: [2, 3, 6, 7, 10, 11],
    7: [3, 6, 7, 10, 11],
    8: [3, 7, 10, 11],
    9: [3, 7, 11],
    10: [7, 11],
    11: [11],
  ]
}

/// Collects the tensors part by part.
private struct LayoutBuilder {
  let config: ModelConfig
  let architecture: Architecture
  var tensors: [SubnetTensor] = []

  init(config: ModelConfig, architecture: Architecture) {
    self.config = config
    self.architecture = architecture
  }

  /// The axis of the hidden states.
  var embed: AxisCut { .prefix(architecture.embedDim, of: config.encoderEmbedDim) }

  mutating func append(
    _ name: String, source: String? = nil, isQuantizable: Bool = false, _ axes: [AxisCut], isWeightNormed: Bool = false
  ) {
    tensors.append(
      SubnetTensor(
        name: name, isQuantizable: isQuantizable, source: source ?? name, axes: axes, isWeightNormed: isWeightNormed))
  }

  /// A weight [output, others...] and a bias [output].
  mutating func appendPair(
    _ name: String, source: String? = nil, isQuantizable: Bool = false, _ output: AxisCut, _ others: AxisCut...
  ) {
    let source = source ?? name
    append(name + ".weight", source: source + ".weight", isQuantizable: isQuantizable, [output] + others)
    append(name + ".bias", source: source + ".bias", [output])
  }

  mutating func appendExtractor() {
    var inputChannels = 1
    for (index, layer) in config.convLayers.enumerated() {
      let prefix = "feature_extractor.conv_layers.\(index)"
      append(
        prefix + ".0.weight", isQuantizable: index > 0,
        [.whole(layer.channels), .whole(inputChannels), .whole(layer.kernel)])
      if config.convBias { append(prefix + ".0.bias", [.whole(layer.channels)]) }
      switch config.extractorMode {
      case .layerNorm: appendPair(prefix + ".2.1", .whole(layer.channels))
      case .groupNorm: if index == 0 { appendPair(prefix + ".2", .whole(layer.channels)) }
      }
      inputChannels = layer.channels
    }
  }

  mutating func appendProjection() {
    appendPair("layer_norm", .whole(config.convChannels))
    if config.hasProjection {
      appendPair("post_extract_proj", isQuantizable: true, embed, .whole(config.convChannels))
    }
  }

  mutating func appendPositionConv() {
    let name = "encoder.pos_conv"
    let taps = AxisCut.whole(config.positionLayerKernel)
    guard config.positionDepth > 1 else {
      append(name + ".0.weight", [embed, grouped(embed), taps], isWeightNormed: true)
      append(name + ".0.bias", [embed])
      return
    }
    let inner = config.prunesPositionConv ? embed : .whole(config.encoderEmbedDim)
    for index in 0..<config.positionDepth {
      let input = index == 0 ? embed : inner
      let output = index == config.positionDepth - 1 ? embed : inner
      appendPair(name + ".\(index).0", output, grouped(input), taps)
    }
  }

  /// The input channels that an output channel of a grouped convolution sees.
  func grouped(_ channels: AxisCut) -> AxisCut {
    .prefix(channels.count / config.positionGroups, of: channels.full / config.positionGroups)
  }

  mutating func appendLayer(_ layer: Int, source: Int) {
    let name = "encoder.layers.\(layer)."
    let origin = "encoder.layers.\(source)."
    let attention = AxisCut.prefix(architecture.attentionDims[layer], of: config.attentionDim)
    // The units of the FFN lie in blocks as wide as the supernet, so that the FFN ratio can be searched too.
    let hidden = AxisCut.blocks(
      architecture.ffnDims[layer], of: config.encoderFFNDim, blockSize: config.encoderEmbedDim,
      perBlock: architecture.embedDim)
    func matrix(_ part: String, _ output: AxisCut, _ input: AxisCut) {
      appendPair(name + part, source: origin + part, isQuantizable: true, output, input)
    }
    for projection in ["q_proj", "k_proj", "v_proj"] { matrix("self_attn." + projection, attention, embed) }
    matrix("self_attn.out_proj", embed, attention)
    appendPair(name + "self_attn_layer_norm", source: origin + "self_attn_layer_norm", embed)
    matrix("fc1", hidden, embed)
    matrix("fc2", embed, hidden)
    appendPair(name + "final_layer_norm", source: origin + "final_layer_norm", embed)
  }
}
