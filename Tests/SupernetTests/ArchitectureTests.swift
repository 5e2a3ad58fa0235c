import LHConfiguration
import LHJSON
import LHModel
import LHSupernet
import LHSystem
import Testing

@Suite struct ArchitectureTests {
  static let published = """
    {"atten_dim": [64, 128, 64, 64, 64, 64], "embed_dim": 96, "ffn_embed": [288, 300, 384, 1, 96, 97],
     "heads_num": [1, 2, 1, 1, 1, 1], "layer_num": 6, "slide_wsz": ["global", 16, 2, "global", "global", 64]}
    """
  static let expected = Architecture(
    embedDim: 96, headCounts: [1, 2, 1, 1, 1, 1], ffnDims: [288, 300, 384, 1, 96, 97],
    windows: [.global, .sliding(size: 16), .sliding(size: 2), .global, .global, .sliding(size: 64)])

  /// A supernet of width 128, FFN 512, 2 heads, 12 layers, 32 conv channels.
  static let tiny: ModelConfig = {
    var config = ModelConfig()
    config.convLayers = ConvLayer.published.map { ConvLayer(channels: 32, kernel: $0.kernel, stride: $0.stride) }
    config.encoderEmbedDim = 128
    config.encoderFFNDim = 512
    config.encoderHeads = 2
    return config
  }()

  private func read(_ text: String, fitting config: ModelConfig? = Self.tiny) throws -> Architecture {
    try Architecture(json: try JSONValue(parsing: text), source: "a.json", fitting: config)
  }

  private func violations(_ text: String, fitting config: ModelConfig? = Self.tiny) throws -> [String] {
    let json = try JSONValue(parsing: text)
    let result = Result { () throws(SubnetFault) in
      try Architecture(json: json, source: "a.json", fitting: config)
    }
    guard case .failure(.invalidArchitecture("a.json", let violations)) = result else {
      Issue.record("\(result)")
      return []
    }
    return violations.map(\.description)
  }

  @Test(arguments: [
    published, "{\"subnet\": \(published), \"supernet\": {}, \"search_space\": {}}",
    "{\"architecture\": \(published), \"loss\": 0.25}",
  ]) func readsThePublishedForm(text: String) throws {
    let architecture = try read(text)
    #expect(architecture == Self.expected)
    #expect(try Architecture(json: architecture.json, source: "again", fitting: Self.tiny) == architecture)
  }

  @Test func readsWhatStandsForSomethingElse() throws {
    let spread = try read(#"{"embed_dim": 96, "layer_num": 6, "heads_num": 2, "ffn_ratio": 3.5}"#)
    #expect(spread == .uniform(embedDim: 96, heads: 2, ffnDim: 336, layerCount: 6))
    let both = #"{"embed_dim": 96.0, "layer_num": 6, "atten_dim": 128, "ffn_ratio": [3.5, 3.5, 3.5, 3.5, 3.5, 3.5], "#
    #expect(try read(both + #""ffn_embed": 336, "slide_wsz": "global"}"#) == spread)
    // int(ratio * embed_dim) cuts off.
    #expect(try read(#"{"embed_dim": 112, "layer_num": 6, "heads_num": 1, "ffn_ratio": 3.33}"#).ffnDims[0] == 372)
  }

  @Test func reportsEveryViolationAtOnce() throws {
    let text = """
      {"embed_dim": 100, "layer_num": 5, "heads_num": [0, 1, 3], "ffn_embed": [1, 2, 3, 4, 401],
       "slide_wsz": ["global", 3, 0, "local", -2], "wings": 2}
      """
    #expect(
      try violations(text) == [
        "wings is not a field of an architecture, expected atten_dim, embed_dim, ffn_embed, ffn_ratio, heads_num, "
          + "layer_num, slide_wsz only",
        "heads_num is a list of 3, expected a list of 5, as layer_num says",
        "slide_wsz[3] is \"local\", expected \"global\" or an even number above 0",
        "embed_dim is 100, expected a multiple of 16, at most 128",
        "layer_num is 5, expected 6...12, of the supernet's 12",
        "heads_num[0] is 0, expected 1...2",
        "heads_num[2] is 3, expected 1...2",
        "ffn_embed[4] is 401, expected 1...400 (4 times embed_dim)",
        "slide_wsz[1] is 3, expected \"global\" or an even number in 2...1048576",
        "slide_wsz[2] is 0, expected \"global\" or an even number in 2...1048576",
        "slide_wsz[4] is -2, expected \"global\" or an even number in 2...1048576",
      ])
  }

  @Test func aTextIsAPublishedNameOrJSON() throws {
    let expected = SearchSpace.small.defaultArchitecture
    let json = #" {"embed_dim": 384, "heads_num": 6, "ffn_ratio": 4, "layer_num": 12}"#
    for text in ["small-default", json, #"{"subnet": \#(json)}"#] {
      #expect(try Architecture(text) == expected)
      #expect(try Architecture(text, fitting: ModelConfig()) == expected)
    }
    var shallow = ModelConfig()
    shallow.encoderLayers = 4
    for text in ["small-default", json] {
      let fault = #expect(throws: SubnetFault.self) { try Architecture(text, fitting: shallow) }
      #expect(fault?.description.contains("layer_num is 12, expected ") == true)
    }
    for text in ["small-median", "", " ", "12"] {
      #expect(throws: SubnetFault.unknownArchitecture(name: text)) { try Architecture(text) }
    }
    for text in ["{", "[1, 2", json + "x"] {
      let fault = #expect(throws: SubnetFault.self) { try Architecture(text) }
      guard case .notJSON("architecture", _)? = fault else {
        Issue.record("\(text): expected notJSON")
        continue
      }
      #expect(fault?.kind == .badData)
    }
  }

  private static let start = #"{"embed_dim": 96, "layer_num": 6, "#

  @Test(arguments: [
    ("{}", "embed_dim is missing, expected a whole number"),
    ("{}", "layer_num is missing, expected a whole number"),
    ("{}", "heads_num is missing, expected a whole number for each layer"),
    ("{}", "ffn_embed is missing, expected a whole number for each layer (or ffn_ratio)"),
    (start + #""heads_num": 2, "ffn_embed": 385}"#, "ffn_embed[5] is 385, expected 1...384 (4 times embed_dim)"),
    (start + #""heads_num": 2, "ffn_embed": 512}"#, "ffn_embed[0] is 512, expected 1...384 (4 times embed_dim)"),
    (start + #""heads_num": 2, "ffn_ratio": 4.5}"#, "ffn_embed[0] is 432, expected 1...384 (4 times embed_dim)"),
    (start + #""heads_num": 2, "ffn_ratio": 0}"#, "ffn_ratio is 0, expected a number above 0, or a list of them"),
    (
      start + #""heads_num": 2, "ffn_ratio": 1e300}"#,
      "ffn_ratio is 1e+300, expected a number above 0, or a list of them"
    ),
    (
      start + #""heads_num": 2, "ffn_ratio": 4, "ffn_embed": 383}"#,
      "ffn_ratio[0] is 4.0, which makes 384, expected the ratio of ffn_embed, which is 383"
    ),
    (
      start + #""heads_num": 2, "atten_dim": 64, "ffn_embed": 384}"#,
      "atten_dim[0] is 64 times 1, expected 64 times heads_num, which is 2"
    ),
    (
      start + #""atten_dim": 100, "ffn_embed": 384}"#,
      "atten_dim is 100, expected 64 times a number of heads, or a list of them"
    ),
    (start + #""atten_dim": 192, "ffn_embed": 384}"#, "heads_num[0] is 3, expected 1...2"),
    (
      start + #""heads_num": 9223372036854775807, "ffn_embed": 384}"#,
      "heads_num[0] is 9223372036854775807, expected 1...2"
    ),
    (start + #""heads_num": "2", "ffn_embed": 384}"#, "heads_num is \"2\", expected a whole number, or a list of them"),
    (
      #"{"embed_dim": 96, "layer_num": 1000000000000, "heads_num": 2, "ffn_embed": 384}"#,
      "layer_num is 1000000000000, expected 6...12, of the supernet's 12"
    ),
    (
      #"{"embed_dim": "96", "layer_num": 6, "heads_num": 2, "ffn_embed": 384}"#,
      "embed_dim is \"96\", expected a whole number"
    ),
    (
      #"{"embed_dim": 144, "layer_num": 6, "heads_num": 2, "ffn_embed": 384}"#,
      "embed_dim is 144, expected a multiple of 16, at most 128"
    ),
    (
      #"{"embed_dim": -16, "layer_num": 6, "heads_num": 2, "ffn_embed": 384}"#,
      "embed_dim is -16, expected a multiple of 16, at most 128"
    ),
    (
      #"{"embed_dim": 96, "layer_num": -1, "heads_num": 2, "ffn_embed": 384}"#,
      "layer_num is -1, expected 6...12, of the supernet's 12"
    ),
  ]) func namesTheViolation(text: String, expected: String) throws {
    let found = try violations(text)
    #expect(found.contains(expected), "\(found)")
  }

  @Test(arguments: [
    "[]", "3", "null", #"{"subnet": 3}"#, #"{"subnet": {}, "architecture": {}}"#, #"{"subnet": {}, "heads_num": 3}"#,
  ]) func refusesWhatIsNoArchitecture(text: String) {
    let error = #expect(throws: SubnetFault.self) { try read(text) }
    guard case .notAnArchitecture? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func checksSizesWithoutASupernetToo() throws {
    #expect(try read(Self.published, fitting: nil) == Self.expected)
    let huge = #"{"embed_dim": 65537, "layer_num": 257, "heads_num": 2000, "ffn_embed": 1, "slide_wsz": 1048578}"#
    #expect(
      try violations(huge, fitting: nil).prefix(2) == [
        "embed_dim is 65537, expected 1...65536", "layer_num is 257, expected 1...256",
      ])
    let long = "[" + Array(repeating: "1", count: 100_000).joined(separator: ",") + "]"
    #expect(
      try violations("{\"embed_dim\": 96, \"layer_num\": 6, \"heads_num\": \(long), \"ffn_embed\": 1}") == [
        "heads_num is a list of 100000, expected a list of layer_num"
      ])
  }

  @Test func withoutAProjectionTheWidthIsGiven() {
    var config = Self.tiny
    config.encoderEmbedDim = 64
    config.encoderFFNDim = 256
    config.encoderHeads = 1
    config.convLayers[6].channels = 64
    let narrow = Architecture.uniform(embedDim: 48, heads: 1, ffnDim: 64, layerCount: 12)
    #expect(
      narrow.violations(in: config).map(\.description) == [
        "embed_dim is 48, expected 64, since the supernet has no post_extract_proj"
      ])
    #expect(throws: SubnetFault.self) { try narrow.validate(in: config, source: "x") }
    #expect(Architecture.uniform(embedDim: 64, heads: 1, ffnDim: 64, layerCount: 12).violations(in: config) == [])
  }

  @Test func aSupernetOfAnotherDepthIsTakenWhole() {
    var config = Self.tiny
    config.encoderLayers = 8
    #expect(Architecture.uniform(embedDim: 96, heads: 1, ffnDim: 64, layerCount: 8).violations(in: config) == [])
    #expect(
      Architecture.uniform(embedDim: 96, heads: 1, ffnDim: 64, layerCount: 7).violations(in: config).map(\.description)
        == ["layer_num is 7, expected 8, of the supernet's 8"])
  }
}
