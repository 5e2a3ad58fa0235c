import LHModel
import LHSupernet
import LHSystem
import Testing

@Suite struct SearchSpaceTests {
  /// The counts that the published code prints.
  @Test func countsItsSubnets() {
    #expect(SearchSpace.base.subnetCount == 6_530_347_008)
    #expect(SearchSpace.small.subnetCount == 951_892_141_473)
  }

  @Test(arguments: [
    ("base-min", 512, 8, 1792, 12), ("base-default", 640, 10, 2560, 12), ("base-max", 768, 12, 3072, 12),
    ("small-min", 256, 4, 768, 10), ("small-default", 384, 6, 1536, 12), ("small-max", 512, 8, 2048, 12),
  ]) func hasThePublishedNames(name: String, embedDim: Int, heads: Int, ffnDim: Int, layerCount: Int) throws {
    let architecture = try Architecture(name: name)
    #expect(architecture == .uniform(embedDim: embedDim, heads: heads, ffnDim: ffnDim, layerCount: layerCount))
    #expect(architecture.publishedName == name)
    let spaces = SearchSpace.spaces(containing: architecture).map(\.name)
    let isInBoth = ["base-min", "small-max"].contains(name)
    #expect(spaces == (isInBoth ? ["base", "small"] : [String(name.prefix { $0 != "-" })]))
    #expect(architecture.violations(in: ModelConfig()) == [])
  }

  @Test func namesTheNamesWhenOneIsUnknown() {
    let error = #expect(throws: SubnetFault.self) { try Architecture(name: "Base-max") }
    #expect(error?.kind == .usage)
    #expect(error?.description.contains("base-min, base-default, base-max, small-min") == true)
  }

  @Test(arguments: SearchSpace.published) func drawsFromItself(space: SearchSpace) {
    var generator = SystemRandomNumberGenerator()
    var drawn: Set<Architecture> = []
    for _ in 0..<200 {
      let architecture = space.random(using: &generator)
      #expect(space.violations(of: architecture) == [])
      #expect(architecture.violations(in: ModelConfig()) == [])
      drawn.insert(architecture)
    }
    #expect(drawn.count > 190)
    #expect(Set(drawn.map(\.embedDim)) == Set(space.embedDims))
    #expect(Set(drawn.map(\.layerCount)) == Set(space.layerCounts))
  }

  @Test func saysWhyAnArchitectureIsOutside() {
    var architecture = SearchSpace.small.defaultArchitecture
    architecture.headCounts[3] = 5
    architecture.ffnDims[4] = 1535
    architecture.windows[5] = .sliding(size: 16)
    #expect(SearchSpace.spaces(containing: architecture).isEmpty)
    #expect(
      SearchSpace.small.violations(of: architecture).map(\.description) == [
        "heads_num[3] is 5, expected one of [4, 6, 8] in the space small",
        "ffn_embed[4] is 1535, expected one of [1152, 1344, 1536] in the space small",
        "slide_wsz[5] is 16, expected \"global\" in the space small",
      ])
  }
}
