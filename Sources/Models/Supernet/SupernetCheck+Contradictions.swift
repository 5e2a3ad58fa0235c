extension SupernetCheck {
  /// What is there, or is not, and shows that the configuration is another one.
  func contradictions(_ exists: (String) -> Bool) -> [TensorProblem] {
    var problems: [TensorProblem] = []
    func contradict(_ key: String, _ value: String, _ evidence: String, _ right: String) {
      let key = self.key(key)
      problems.append(
        .contradiction(key: key, value: value, evidence: evidence, remedy: "\(key) should be \(right)"))
    }
    let conv = "feature_extractor.conv_layers"
    let (groupNorm, layerNorm) = ("\(conv).0.2.weight", "\(conv).0.2.1.weight")
    switch config.extractorMode {
    case .layerNorm where exists(groupNorm) && !exists(layerNorm):
      contradict("extractor_mode", "\"layer_norm\"", "the tensor \(groupNorm) is a group norm's", "\"default\"")
    case .groupNorm where exists(layerNorm) && !exists(groupNorm):
      contradict("extractor_mode", "\"default\"", "the tensor \(layerNorm) is a layer norm's", "\"layer_norm\"")
    default: break
    }
    let bias = "\(conv).0.0.bias"
    if exists("\(conv).0.0.weight") && exists(bias) != config.convBias {
      contradict(
        "conv_bias", "\(config.convBias)", "the tensor \(bias) is \(config.convBias ? "missing" : "there")",
        "\(!config.convBias)")
    }
    let nextConv = "\(conv).\(config.convLayers.count).0.weight"
    if exists(nextConv) {
      contradict(
        "conv_feature_layers", "\(config.convLayers.count) layers", "the tensor \(nextConv) is there", "longer")
    }
    let projection = "post_extract_proj.weight"
    if !config.hasProjection && exists(projection) {
      contradict(
        "encoder_embed_dim", "\(config.encoderEmbedDim), the channels of the last convolution",
        "the tensor \(projection) is there", "another number")
    }
    let (folded, plain) = ("encoder.pos_conv.0.weight_v", "encoder.pos_conv.0.0.weight")
    if config.positionDepth == 1 && exists(plain) && !exists(folded) {
      contradict("pos_conv_depth", "1", "the tensor \(plain) is there", "the number of position convolutions")
    } else if config.positionDepth > 1 && exists(folded) && !exists(plain) {
      contradict("pos_conv_depth", "\(config.positionDepth)", "the tensor \(folded) is there", "1")
    } else if config.positionDepth > 1 && exists("encoder.pos_conv.\(config.positionDepth).0.weight") {
      let next = "encoder.pos_conv.\(config.positionDepth).0.weight"
      contradict("pos_conv_depth", "\(config.positionDepth)", "the tensor \(next) is there", "larger")
    }
    let nextLayer = "encoder.layers.\(config.encoderLayers).fc1.weight"
    if exists(nextLayer) {
      contradict("encoder_layers", "\(config.encoderLayers)", "the tensor \(nextLayer) is there", "larger")
    }
    return problems
  }
}
