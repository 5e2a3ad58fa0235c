public import LHModel

/// The names that fairseq gives to tensors, which the published code of LightHuBERT, WavLM, s3prl's copies and
/// DistilHuBERT has too. A `.lhb` file has them, with the layers of a subnet counted from 0 and the weight-normed
/// position convolution as one weight.
public struct FairseqNames: TensorNames {
  /// The norm of the extractor's convolutions, which says where its weights stand.
  private let extractorNorm: ConvolutionNorm?
  /// The kind of the position convolution, which says where its weights stand.
  private let position: PositionShape.Kind

  /// The names of a model's tensors.
  public init(_ shape: EncoderShape) {
    self.init(
      extractorNorm: shape.convolutions.first?.norm, position: shape.position?.kind ?? .weightNormed)
  }

  /// The names of tensors of models that differ in the extractor's norm and the position convolution.
  public init(extractorNorm: ConvolutionNorm? = nil, position: PositionShape.Kind = .weightNormed) {
    self.extractorNorm = extractorNorm
    self.position = position
  }

  /// A name for tensors of a layer that belong together: that of a module, or of the three that attention begins with.
  public func groupName(of tensors: [TensorRole]) -> String {
    guard let first = tensors.first?.module else { return "" }
    if case .query(let layer) = first, tensors.count > 1 { return name("self_attn.{q,k,v}_proj", layer) }
    return name(of: first)
  }

  /// The name of a module.
  public func name(of module: ModuleRole) -> String {
    switch module {
    case .convolution(let index): "\(FairseqNames.convolutions).\(index).0"
    case .convolutionNorm(let index):
      "\(FairseqNames.convolutions).\(index).2" + (extractorNorm == .layer ? ".1" : "")
    case .channelScale: "feature_extractor.dummy_weight"
    case .featureNorm: "layer_norm"
    case .featureProjection: "post_extract_proj"
    case .position(let index):
      switch position {
      case .weightNormed: "\(FairseqNames.positions).\(index)"
      case .layered: "\(FairseqNames.positions).\(index).0"
      case .batchNormed: "\(FairseqNames.positions).\(index + 1)"
      }
    case .positionNorm: "\(FairseqNames.positions).0"
    case .encoderNorm: "encoder.layer_norm"
    case .query(let layer): name("self_attn.q_proj", layer)
    case .key(let layer): name("self_attn.k_proj", layer)
    case .value(let layer): name("self_attn.v_proj", layer)
    case .relativeBias: name("self_attn.relative_attention_bias", 0)
    case .biasGate(let layer): name("self_attn.grep_linear", layer)
    case .biasGateScale(let layer): name("self_attn.grep_a", layer)
    case .attentionOutput(let layer): name("self_attn.out_proj", layer)
    case .attentionNorm(let layer): name("self_attn_layer_norm", layer)
    case .feedForwardInput(let layer): name("fc1", layer)
    case .feedForwardOutput(let layer): name("fc2", layer)
    case .feedForwardNorm(let layer): name("final_layer_norm", layer)
    case .adapterNorm(let layer): name("adapter_layer.norm", layer)
    case .adapterInput(let layer): name("adapter_layer.linear_1", layer)
    case .adapterOutput(let layer): name("adapter_layer.linear_2", layer)
    case .finalProjection: "final_proj"
    }
  }

  private func name(_ part: String, _ layer: Int) -> String { "encoder.layers.\(layer).\(part)" }

  private static let convolutions = "feature_extractor.conv_layers"
  private static let positions = "encoder.pos_conv"
}

// MARK: What checkpoints have beside these

extension FairseqNames {
  /// Where the tensors of a model begin; whatever stands elsewhere belongs to training.
  public static let roots: Set<Substring> = ["feature_extractor", "encoder", "layer_norm", "post_extract_proj"]

  /// Tensors that every model has, under these names whatever its configuration: one of them marks a prefix.
  public static let marks: [String] = {
    let names = FairseqNames()
    return [names.name(of: .weight(.convolution(0))), names.name(of: .weight(.feedForwardInput(0)))]
  }()

  /// The names of a weight that is kept by weight norm: the length of each tap, and the direction.
  public static func weightNorm(of weight: String) -> (length: String, direction: String) {
    (weight + "_g", weight + "_v")
  }

  /// Whether a name is that of a factor that weight norm keeps as a parametrization.
  public static func isParametrization(_ name: String) -> Bool {
    name.hasSuffix(".original0") || name.hasSuffix(".original1")
  }

  /// The name that weight norm has as a hook for one that it has as a parametrization, which PyTorch writes since 2.0;
  /// any other name as it is.
  public static func withoutParametrization(_ name: String) -> String {
    let weight = FairseqNames().name(of: .weight(.position(0)))
    let parts = weightNorm(of: weight)
    switch name {
    case "\(positions).0.parametrizations.weight.original0": return parts.length
    case "\(positions).0.parametrizations.weight.original1": return parts.direction
    default: return name
    }
  }
}
