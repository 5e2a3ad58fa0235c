import LHConfiguration
import LHJSON
import LHModel
import LHSupernet
import LHTestSupport
import Testing

@Suite struct CountTests {
  /// The totals that the published code prints.
  @Test(arguments: [
    ("base-min", 41_243_392), ("base-default", 66_891_520), ("base-max", 94_371_584), ("small-min", 11_442_944),
    ("small-default", 26_873_600), ("small-max", 44_392_192),
  ]) func countsParametersAsPublished(name: String, total: Int) throws {
    var config = ModelConfig()
    let architecture = try Architecture(name: name)
    config.extractorMode = .groupNorm
    #expect(ParameterCount(config: config, architecture: architecture).total == total)
    config.extractorMode = .layerNorm
    let count = ParameterCount(config: config, architecture: architecture)
    #expect(count.total == total + 6144)
    #expect(count.maskEmbedding == 768)
    #expect(count.projection == 1024 + 512 * architecture.embedDim + architecture.embedDim)
  }

  @Test(arguments: [
    "tiny-max", "tiny-mixed", "tiny-min", "tiny-sliding", "tiny-layernorm-mixed", "tiny-deeppos-mixed",
    "tiny-deeppos-min",
  ]) func countsParametersOfTheGoldenSubnets(name: String) throws {
    var config = ArchitectureTests.tiny
    config.extractorMode = name.contains("layernorm") ? .layerNorm : .groupNorm
    config.convBias = name.contains("layernorm")
    if name.contains("deeppos") { (config.positionDepth, config.positionKernel) = (5, 95) }
    let file = Fixture.path("golden/arch-\(name.split(separator: "-").last!).json")
    let architecture = try Architecture(
      json: try JSONValue(parsing: readBytes(file)), source: file, fitting: config)
    let expected = try JSONValue(parsing: readBytes(Fixture.path("golden/expected/params.json")))
    #expect(ParameterCount(config: config, architecture: architecture).total == expected[name]?.integer)
  }

  @Test func countsTheOperationsOfAFrame() throws {
    // 400 samples are one frame; the layers before have 79, 39, 19, 9, 4, 2, 1.
    let architecture = try Architecture(name: "small-default")
    let work = MultiplyAccumulates(config: ModelConfig(), architecture: architecture, samples: 400)
    let wide = 512 * 512
    #expect(work.extractor == 79 * 512 * 10 + wide * 3 * (39 + 19 + 9 + 4) + wide * 2 * (2 + 1))
    #expect(work.projection == 512 * 384)
    #expect(work.positionConv == 384 * 24 * 128)
    #expect(work.attentionProjections == 12 * 4 * 384 * 384)
    #expect(work.attention == 12 * 2 * 384)
    #expect(work.ffn == 12 * 2 * 384 * 1536)
    #expect(
      work.total == work.extractor + work.projection + work.positionConv + work.attentionProjections + work.attention
        + work.ffn)
    #expect(MultiplyAccumulates(config: ModelConfig(), architecture: architecture, samples: 399).ffn == 0)
    #expect(MultiplyAccumulates(config: ModelConfig(), architecture: architecture, samples: -1).total == 0)
  }

  @Test(arguments: [1, 2, 3, 7, 8, 9, 40], [2, 4, 8, 16, 64, 1 << 20])
  func countsTheFramesInAWindow(frames: Int, size: Int) {
    var seen = 0
    for frame in 0..<frames {
      for other in 0..<frames where abs(frame - other) <= size / 2 { seen += 1 }
    }
    var config = ArchitectureTests.tiny
    config.convLayers = [ConvLayer(channels: 32, kernel: 1, stride: 1)]
    var architecture = Architecture.uniform(embedDim: 96, heads: 1, ffnDim: 1, layerCount: 6)
    let global = MultiplyAccumulates(config: config, architecture: architecture, samples: frames).attention
    #expect(global == 6 * 2 * 64 * frames * frames)
    architecture.windows[2] = .sliding(size: size)
    let sliding = MultiplyAccumulates(config: config, architecture: architecture, samples: frames).attention
    #expect(sliding == 5 * 2 * 64 * frames * frames + 2 * 64 * seen)
  }
}
