extension ModelConfig {
  /// The supernet as an architecture: all of everything.
  public var wholeArchitecture: Architecture {
    .uniform(
      embedDim: encoderEmbedDim, heads: encoderHeads, ffnDim: encoderFFNDim, layerCount: encoderLayers)
  }

  /// Checks that a checkpoint has every tensor of this supernet in its full shape, and none that shows that the
  /// configuration is another one.
  ///
  /// - Parameter shapeOf: The shape of the tensor with a name; nil when there is none.
  public func check(shapeOf: (String) -> [Int]?) throws(SubnetFault) {
    // What follows from a wrong key is no news beside the key itself.
    var problems = contradictions { shapeOf($0) != nil }
    if problems.isEmpty { problems = misfits(shapeOf) }
    guard problems.isEmpty else { throw .tensorsDoNotFit(problems) }
  }

  private func misfits(_ shapeOf: (String) -> [Int]?) -> [TensorProblem] {
    var problems: [TensorProblem] = []
    for tensor in SubnetLayout(config: self, architecture: wholeArchitecture).tensors {
      for (name, shape) in tensor.sources {
        guard let found = shapeOf(name) else {
          problems.append(.missing(tensor: name, shape: shape))
          continue
        }
        if found != shape { problems.append(.wrongShape(tensor: name, found: found, expected: shape)) }
      }
    }
    return problems
  }

  private func contradictions(_ exists: (String) -> Bool) -> [TensorProblem] {
    var problems: [TensorProblem] = []
    func contradict(_ key: String, _ value: String, _ evidence: String, _ right: String) {
      let key = "cfg.model.\(key)"
      problems.append(
        .contradiction(key: key, value: value, evidence: evidence, remedy: "\(key) should be \(right)"))
    }
    let conv = "feature_extractor.conv_layers"
    let (groupNorm, layerNorm) = ("\(conv).0.2.weight", "\(conv).0.2.1.weight")
    switch extractorMode {
    case .layerNorm where exists(groupNorm) && !exists(layerNorm):
      contradict("extractor_mode", "\"layer_norm\"", "the tensor \(groupNorm) is a group norm's", "\"default\"")
    case .groupNorm where exists(layerNorm) && !exists(groupNorm):
      contradict("extractor_mode", "\"default\"", "the tensor \(layerNorm) is a layer norm's", "\"layer_norm\"")
    default: break
    }
    let bias = "\(conv).0.0.bias"
    if exists("\(conv).0.0.weight") && exists(bias) != convBias {
      contradict(
        "conv_bias", "\(convBias)", "the tensor \(bias) is \(convBias ? "missing" : "there")", "\(!convBias)")
    }
    let nextConv = "\(conv).\(convLayers.count).0.weight"
    if exists(nextConv) {
      contradict("conv_feature_layers", "\(convLayers.count) layers", "the tensor \(nextConv) is there", "longer")
    }
    let projection = "post_extract_proj.weight"
    if !hasProjection && exists(projection) {
      contradict(
        "encoder_embed_dim", "\(encoderEmbedDim), the channels of the last convolution",
        "the tensor \(projection) is there", "another number")
    }
    let (folded, plain) = ("encoder.pos_conv.0.weight_v", "encoder.pos_conv.0.0.weight")
    if positionDepth == 1 && exists(plain) && !exists(folded) {
      contradict("pos_conv_depth", "1", "the tensor \(plain) is there", "the number of position convolutions")
    } else if positionDepth > 1 && exists(folded) && !exists(plain) {
      contradict("pos_conv_depth", "\(positionDepth)", "the tensor \(folded) is there", "1")
    } else if positionDepth > 1 && exists("encoder.pos_conv.\(positionDepth).0.weight") {
      let next = "encoder.pos_conv.\(positionDepth).0.weight"
      contradict("pos_conv_depth", "\(positionDepth)", "the tensor \(next) is there", "larger")
    }
    let nextLayer = "encoder.layers.\(encoderLayers).fc1.weight"
    if exists(nextLayer) {
      contradict("encoder_layers", "\(encoderLayers)", "the tensor \(nextLayer) is there", "larger")
    }
    return problems
  }
}
