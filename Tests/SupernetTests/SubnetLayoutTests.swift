import LHConfiguration
import LHSupernet
import LHSupernetCheckpoint
import Testing

@Suite struct SubnetLayoutTests {
  private func shapes(_ config: ModelConfig, _ architecture: Architecture) -> [String: [Int]] {
    let tensors = SubnetLayout(config: config, architecture: architecture).tensors
    let shapes = Dictionary(tensors.map { ($0.name, $0.shape) }) { first, _ in first }
    #expect(shapes.count == tensors.count, "names are unique")
    return shapes
  }

  @Test(arguments: [
    (12, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]), (11, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
    (10, [0, 1, 2, 3, 4, 5, 6, 8, 9, 10]), (9, [0, 1, 2, 4, 5, 6, 8, 9, 10]), (8, [0, 1, 2, 4, 5, 6, 8, 9]),
    (7, [0, 1, 2, 4, 5, 8, 9]), (6, [0, 1, 4, 5, 8, 9]),
  ]) func keepsTheLayersOfTheDepthMap(layerCount: Int, kept: [Int]) {
    #expect(KeptLayers.indices(layerCount, of: 12) == kept)
  }

  @Test(arguments: [(5, 12), (13, 12), (0, 12), (-1, 12), (0, 0), (10, 24), (6, 8)])
  func knowsNoOtherDepths(layerCount: Int, supernetLayers: Int) {
    #expect(KeptLayers.indices(layerCount, of: supernetLayers) == nil)
  }

  @Test func listsAPublishedSubnet() throws {
    let shapes = shapes(ModelConfig(), try Architecture(name: "base-default"))
    #expect(shapes.count == 7 * 3 + 4 + 2 + 2 + 12 * 16)
    #expect(shapes["feature_extractor.conv_layers.0.0.weight"] == [512, 1, 10])
    #expect(shapes["feature_extractor.conv_layers.6.0.weight"] == [512, 512, 2])
    #expect(shapes["feature_extractor.conv_layers.6.2.1.bias"] == [512])
    #expect(shapes["feature_extractor.conv_layers.0.0.bias"] == nil)
    #expect(shapes["layer_norm.weight"] == [512])
    #expect(shapes["post_extract_proj.weight"] == [640, 512])
    #expect(shapes["encoder.pos_conv.0.weight"] == [640, 40, 128])
    #expect(shapes["encoder.pos_conv.0.bias"] == [640])
    #expect(shapes["encoder.layers.11.self_attn.q_proj.weight"] == [640, 640])
    #expect(shapes["encoder.layers.11.fc1.weight"] == [2560, 640])
    #expect(shapes["encoder.layers.11.fc2.weight"] == [640, 2560])
    #expect(shapes["encoder.layers.12.fc2.weight"] == nil)
  }

  @Test func knowsWhatMayBeQuantised() throws {
    let layout = SubnetLayout(config: ModelConfig(), architecture: try Architecture(name: "base-default")).tensors
    let names = layout.filter(\.isQuantizable).map(\.name)
    #expect(names.count == 6 + 1 + 12 * 6)
    #expect(
      names.prefix(2) == ["feature_extractor.conv_layers.1.0.weight", "feature_extractor.conv_layers.2.0.weight"])
    #expect(names[6] == "post_extract_proj.weight")
    let parts = ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.out_proj", "fc1", "fc2"]
    #expect(names.suffix(6) == parts.map { "encoder.layers.11.\($0).weight" }[...])
  }

  @Test func followsTheConfiguration() {
    var config = ArchitectureTests.tiny
    config.extractorMode = .groupNorm
    config.convBias = true
    config.positionDepth = 3
    config.positionKernel = 95
    let architecture = Architecture.uniform(embedDim: 96, heads: 1, ffnDim: 100, layerCount: 6)
    var found = shapes(config, architecture)
    #expect(found["feature_extractor.conv_layers.0.2.weight"] == [32])
    #expect(found["feature_extractor.conv_layers.1.2.weight"] == nil)
    #expect(found["feature_extractor.conv_layers.6.0.bias"] == [32])
    #expect(found["encoder.pos_conv.1.0.weight"] == [96, 6, 31])
    #expect(found["encoder.layers.0.self_attn.out_proj.weight"] == [96, 64])

    config.prunesPositionConv = false
    found = shapes(config, architecture)
    #expect(found["encoder.pos_conv.0.0.weight"] == [128, 6, 31])
    #expect(found["encoder.pos_conv.1.0.weight"] == [128, 8, 31])
    #expect(found["encoder.pos_conv.2.0.weight"] == [96, 8, 31])
    #expect(found["encoder.pos_conv.2.0.bias"] == [96])

    config.convLayers[6].channels = 128
    #expect(shapes(config, architecture)["post_extract_proj.weight"] == nil)
  }
}
