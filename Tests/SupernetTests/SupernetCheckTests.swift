import LHConfiguration
import LHSupernet
import LHSupernetCheckpoint
import Testing

@Suite struct SupernetCheckTests {
  /// Name -> shape of all tensors of a supernet, as a checkpoint would have them.
  private func tensors(_ config: ModelConfig) -> [String: [Int]] {
    let layout = SubnetLayout(config: config, architecture: config.wholeArchitecture)
    var shapes: [String: [Int]] = ["mask_emb": [config.encoderEmbedDim], "final_proj.bias": [3]]
    for tensor in layout.tensors {
      for (name, shape) in tensor.sources { shapes[name] = shape }
    }
    return shapes
  }

  private func problems(_ config: ModelConfig, _ shapes: [String: [Int]]) -> [String] {
    let result = Result { () throws(SubnetFault) in try config.check { shapes[$0] } }
    guard case .failure(let fault) = result else { return [] }
    guard case .tensorsDoNotFit(let problems) = fault else {
      Issue.record("\(fault)")
      return []
    }
    return problems.map(\.description)
  }

  private static func other(_ change: (inout ModelConfig) -> Void) -> ModelConfig {
    var config = ModelConfig()
    change(&config)
    return config
  }

  @Test func acceptsWhatFits() {
    #expect(problems(ModelConfig(), tensors(ModelConfig())) == [])
    #expect(tensors(ModelConfig())["encoder.pos_conv.0.weight_v"] == [768, 48, 128])
    #expect(tensors(ModelConfig())["encoder.pos_conv.0.weight_g"] == [1, 1, 128])
  }

  @Test func findsWhatIsMissingOrMisshapen() {
    var shapes = tensors(ModelConfig())
    shapes["encoder.layers.7.fc2.bias"] = nil
    shapes["encoder.pos_conv.0.weight_g"] = [128]
    #expect(
      problems(ModelConfig(), shapes) == [
        "tensor encoder.pos_conv.0.weight_g has shape [128], expected [1, 1, 128]",
        "tensor encoder.layers.7.fc2.bias is missing, expected one of shape [768]",
      ])
    let error = #expect(throws: SubnetFault.self) { try ModelConfig().check { _ in nil } }
    let text = error?.description ?? ""
    #expect(
      text.hasPrefix("not the weights of a LightHuBERT supernet: tensor feature_extractor.conv_layers.0.0.weight"))
    #expect(text.hasSuffix("; and 216 more") && !text.contains("\n"), "\(text)")
  }

  /// How the configuration that wrote the tensors differs from the published one, which the check goes by; and what the
  /// only message then says.
  @Test(
    arguments: [
      (
        other { $0.extractorMode = .groupNorm }, "extractor_mode",
        "conv_layers.0.2.weight is a group norm's; cfg.model.extractor_mode should be \"default\""
      ),
      (other { $0.convBias = true }, "conv_bias", "conv_layers.0.0.bias is there; cfg.model.conv_bias should be true"),
      (
        other { $0.convLayers.append(ConvLayer(channels: 512, kernel: 2, stride: 2)) }, "conv_feature_layers",
        "conv_layers.7.0.weight is there"
      ),
      (other { $0.positionDepth = 5 }, "pos_conv_depth", "encoder.pos_conv.0.0.weight is there"),
      (other { $0.encoderLayers = 24 }, "encoder_layers", "encoder.layers.12.fc1.weight is there"),
    ])
  func namesTheKeyThatContradicts(other: ModelConfig, key: String, evidence: String) {
    let found = problems(ModelConfig(), tensors(other))
    #expect(found.count == 1)
    #expect(
      found.first?.hasPrefix("cfg.model.\(key) is ") == true && found.first?.contains(evidence) == true, "\(found)")
    // And the other way round, where there is one.
    if other.convLayers.count == 7 && other.encoderLayers == 12 {
      let back = problems(other, tensors(ModelConfig()))
      #expect(back.count == 1 && back.first?.hasPrefix("cfg.model.\(key) is ") == true, "\(back)")
    }
  }

  @Test func knowsWhenTheProjectionShouldNotBeThere() {
    var config = ModelConfig()
    config.convLayers[6].channels = 768
    var shapes = tensors(config)
    #expect(problems(config, shapes) == [])
    shapes["post_extract_proj.weight"] = [768, 512]
    #expect(problems(config, shapes).first?.contains("post_extract_proj.weight is there") == true)
  }
}
