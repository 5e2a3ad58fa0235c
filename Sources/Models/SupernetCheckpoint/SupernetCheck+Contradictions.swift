import LHModel
public import LHSupernet
import LHTensorNames

extension SupernetCheck {
  /// What is there, or is not, and shows that the configuration is another one.
  func contradictions(_ exists: (String) -> Bool) -> [TensorProblem] {
    var problems: [TensorProblem] = []
    func contradict(_ key: String, _ value: String, _ evidence: String, _ right: String) {
      let key = self.key(key)
      problems.append(
        .contradiction(key: key, value: value, evidence: evidence, remedy: "\(key) should be \(right)"))
    }
    func weight(_ module: ModuleRole, _ norm: ConvolutionNorm? = nil, _ position: PositionShape.Kind = .layered)
      -> String
    {
      FairseqNames(extractorNorm: norm, position: position).name(of: .weight(module))
    }
    let (groupNorm, layerNorm) = (weight(.convolutionNorm(0), .group), weight(.convolutionNorm(0), .layer))
    switch config.extractorMode {
    case .layerNorm where exists(groupNorm) && !exists(layerNorm):
      contradict("extractor_mode", "\"layer_norm\"", "the tensor \(groupNorm) is a group norm's", "\"default\"")
    case .groupNorm where exists(layerNorm) && !exists(groupNorm):
      contradict("extractor_mode", "\"default\"", "the tensor \(layerNorm) is a layer norm's", "\"layer_norm\"")
    default: break
    }
    let bias = FairseqNames().name(of: .bias(.convolution(0)))
    if exists(weight(.convolution(0))) && exists(bias) != config.convBias {
      contradict(
        "conv_bias", "\(config.convBias)", "the tensor \(bias) is \(config.convBias ? "missing" : "there")",
        "\(!config.convBias)")
    }
    let nextConv = weight(.convolution(config.convLayers.count))
    if exists(nextConv) {
      contradict(
        "conv_feature_layers", "\(config.convLayers.count) layers", "the tensor \(nextConv) is there", "longer")
    }
    let projection = weight(.featureProjection)
    if !config.hasProjection && exists(projection) {
      contradict(
        "encoder_embed_dim", "\(config.encoderEmbedDim), the channels of the last convolution",
        "the tensor \(projection) is there", "another number")
    }
    let folded = FairseqNames.weightNorm(of: weight(.position(0), nil, .weightNormed)).direction
    let (plain, next) = (weight(.position(0)), weight(.position(config.positionDepth)))
    if config.positionDepth == 1 && exists(plain) && !exists(folded) {
      contradict("pos_conv_depth", "1", "the tensor \(plain) is there", "the number of position convolutions")
    } else if config.positionDepth > 1 && exists(folded) && !exists(plain) {
      contradict("pos_conv_depth", "\(config.positionDepth)", "the tensor \(folded) is there", "1")
    } else if config.positionDepth > 1 && exists(next) {
      contradict("pos_conv_depth", "\(config.positionDepth)", "the tensor \(next) is there", "larger")
    }
    let nextLayer = weight(.feedForwardInput(config.encoderLayers))
    if exists(nextLayer) {
      contradict("encoder_layers", "\(config.encoderLayers)", "the tensor \(nextLayer) is there", "larger")
    }
    return problems
  }
}
