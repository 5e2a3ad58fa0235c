import LHConfiguration
import LHJSON
import LHModel
import LHSupernet
import LHSupernetCheckpoint
import LHSystem
import LHTestSupport
import Testing

@Suite struct ModelConfigTests {
  private func config(_ model: JSONObject, task: JSONObject = [:]) throws -> ModelConfig {
    try ModelConfig(checkpointConfiguration: .object(["model": .object(model), "task": .object(task)]))
  }

  @Test(
    arguments: [
      .null, .object([:]), .object(["model": .null, "task": .null]), .object(["model": .object([:])]),
      .object(["model": .object(["encoder_layers": .null, "dropout": .number(0.1)])]),
    ] as [JSONValue]) func missingKeysHaveThePublishedDefaults(configuration: JSONValue) throws
  {
    let config = try ModelConfig(checkpointConfiguration: configuration)
    #expect(config == ModelConfig())
    #expect(config.normalizesWaveform, "a layer-norm extractor, and the checkpoint does not say")
  }

  @Test func readsEveryKey() throws {
    let config = try config(
      [
        "extractor_mode": "default", "conv_feature_layers": "[(32,10,5)]", "conv_bias": true, "encoder_layers": 4,
        "encoder_embed_dim": 128, "encoder_ffn_embed_dim": 384, "encoder_attention_heads": 2,
        "activation_fn": "relu", "layer_norm_first": true, "conv_pos": 95, "conv_pos_groups": 8, "pos_conv_depth": 5,
        "prune_encoder_pos_conv": false, "required_seq_len_multiple": 4,
      ], task: ["normalize": true])
    var expected = ModelConfig()
    expected.extractorMode = .groupNorm
    expected.convLayers = [ConvLayer(channels: 32, kernel: 10, stride: 5)]
    expected.convBias = true
    expected.encoderLayers = 4
    expected.encoderEmbedDim = 128
    expected.encoderFFNDim = 384
    expected.encoderHeads = 2
    expected.activation = .relu
    expected.layerNormFirst = true
    expected.positionKernel = 95
    expected.positionGroups = 8
    expected.positionDepth = 5
    expected.prunesPositionConv = false
    expected.sequenceMultiple = 4
    expected.normalize = true
    #expect(config == expected)
    #expect(config.positionLayerKernel == 19)
    #expect(try ModelConfig(json: config.json) == config)
  }

  @Test func acceptsWhatConfigurationLibrariesWrite() throws {
    let config = try config(
      ["conv_pos": "128", "conv_bias": "True", "layer_norm_first": 0, "encoder_layers": .number(12)],
      task: ["normalize": "false"])
    #expect(config.positionKernel == 128 && config.convBias && !config.layerNormFirst && config.normalize == false)
  }

  /// Key, value and what the message must say.
  @Test(
    arguments: [
      (
        "extractor_mode", "batch_norm",
        "cfg.model.extractor_mode is \"batch_norm\", expected \"default\" or \"layer_norm\""
      ),
      ("activation_fn", "swish", "cfg.model.activation_fn is \"swish\", expected \"gelu\" or \"relu\""),
      ("layer_type", "conformer", "cfg.model.layer_type is \"conformer\", expected \"transformer\""),
      ("encoder_layers", 0, "cfg.model.encoder_layers is 0, expected 1...256"),
      ("encoder_embed_dim", 770, "cfg.model.encoder_embed_dim is 770, expected 64 times encoder_attention_heads, 768"),
      (
        "encoder_ffn_embed_dim", 3000,
        "cfg.model.encoder_ffn_embed_dim is 3000, expected a multiple of encoder_embed_dim, 768"
      ),
      ("encoder_embed_dim", .integer(.max), "cfg.model.encoder_embed_dim is 9223372036854775807, expected 1...65536"),
      ("encoder_embed_dim", .number(768.5), "cfg.model.encoder_embed_dim is 768.5, expected 1...65536"),
      ("conv_pos_groups", 5, "cfg.model.conv_pos_groups is 5, expected a divisor of encoder_embed_dim, 768"),
      ("required_seq_len_multiple", 0, "cfg.model.required_seq_len_multiple is 0, expected 1...1048576"),
      ("conv_bias", "perhaps", "cfg.model.conv_bias is \"perhaps\", expected true or false"),
      ("conv_bias", .array([]), "cfg.model.conv_bias is [], expected true or false"),
      ("conv_feature_layers", .bool(true), "cfg.model.conv_feature_layers is true, expected 1...64 lists of"),
      (
        "conv_feature_layers", "[(512,0,5)]",
        "cfg.model.conv_feature_layers[0] is \"kernel 0\", expected kernel in 1...4096"
      ),
      ("conv_feature_layers", "[(8,4000,4000)] * 9", "is a stack that needs more than 1048576 samples a frame"),
    ] as [(String, JSONValue, String)]) func refuses(key: String, value: JSONValue, text: String) throws
  {
    let error = #expect(throws: SubnetFault.self) { try config([key: value]) }
    #expect(error?.description.contains(text) == true, "\(error?.description ?? "")")
    #expect(error?.kind == .badData)
  }

  @Test func refusesSectionsThatAreNone() {
    #expect(throws: SubnetFault.self) { try ModelConfig(checkpointConfiguration: .object(["model": "hubert"])) }
    #expect(throws: SubnetFault.self) { try config([:], task: ["normalize": "maybe"]) }
  }

  @Test func reportsEveryKeyAtOnce() {
    let error = #expect(throws: SubnetFault.self) { try config(["conv_pos": 0, "activation_fn": "tanh"]) }
    guard case .invalidConfiguration(let violations)? = error else { return }
    #expect(violations.map(\.field) == ["cfg.model.activation_fn", "cfg.model.conv_pos"])
  }

  /// A header is read strictly: each of its fields changed, removed or of another type is an error.
  @Test(arguments: ModelConfig().json.object!.members.map(\.name)) func headerIsStrict(field: String) throws {
    var missing = ModelConfig().json.object!
    missing[field] = nil
    #expect(throws: SubnetFault.self) { try ModelConfig(json: .object(missing)) }
    for value in ["x", .integer(-1), .integer(.max), .number(1e300), .array([])] as [JSONValue] {
      var changed = ModelConfig().json.object!
      changed[field] = value
      #expect(throws: SubnetFault.self, "\(field) = \(value)") { try ModelConfig(json: .object(changed)) }
    }
  }

  @Test func headerKeepsTheThreeStatesOfNormalize() throws {
    for normalize in [nil, true, false] as [Bool?] {
      var config = ModelConfig()
      config.normalize = normalize
      #expect(try ModelConfig(json: config.json).normalize == normalize)
    }
  }

  @Test func headerRefusesUnknownFields() {
    var object = ModelConfig().json.object!
    object["rotary"] = .bool(true)
    let error = #expect(throws: SubnetFault.self) { try ModelConfig(json: .object(object)) }
    #expect(error?.description.contains("rotary is not a field that is known here") == true)
    #expect(throws: SubnetFault.self) { try ModelConfig(json: .array([])) }
  }

  /// What fits into the limits can be laid out and counted without overflow.
  @Test func theLargestSizesDoNotOverflow() throws {
    var config = ModelConfig()
    config.convLayers =
      [ConvLayer(channels: 65_536, kernel: 4096, stride: 255)]
      + Array(
        repeating: ConvLayer(channels: 65_536, kernel: 1, stride: 1), count: 63)
    config.encoderLayers = 256
    config.encoderEmbedDim = 65_536
    config.encoderFFNDim = 65_536
    config.encoderHeads = 1024
    config.positionKernel = 4096
    config.positionGroups = 1
    config = try ModelConfig(json: config.json)
    #expect(ParameterCount(config: config, architecture: config.wholeArchitecture).total > 0)
    let work = MultiplyAccumulates(config: config, architecture: config.wholeArchitecture, samples: .max)
    #expect(work.total == .max)
  }
}
