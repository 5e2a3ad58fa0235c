package import LHConfiguration
public import LHJSON
import LHModel

extension ModelConfig {
  /// The configuration that `json` wrote: every field is there, and no other.
  public init(json: JSONValue) throws(SubnetFault) {
    guard let object = json.object else {
      throw .invalidConfiguration([Violation(field: "config", value: shown(json), allowed: "an object")])
    }
    var fields = FieldReader(object, .strict)
    self = try ModelConfig(fields: &fields)
    if fields.violations.isEmpty {
      for violation in relationViolations { fields.remember(violation) }
    }
    normalize = fields.read("normalize", default: nil, expected: "true, false or null") { value, manner in
      value == .null ? .some(nil) : value.truth(manner).map { .some($0) }
    }
    fields.refuseUnread(expected: "the fields of version 1 only")
    try ModelConfig.refuse(fields.violations)
  }

  /// This configuration with the checkpoint's own field names; `conv_feature_layers` is a list of
  /// [channels, kernel, stride].
  public var json: JSONValue {
    .object([
      "extractor_mode": .string(extractorMode.rawValue),
      "conv_feature_layers": .array(
        convLayers.map { .array([.integer($0.channels), .integer($0.kernel), .integer($0.stride)]) }),
      "conv_bias": .bool(convBias),
      "encoder_layers": .integer(encoderLayers),
      "encoder_embed_dim": .integer(encoderEmbedDim),
      "encoder_ffn_embed_dim": .integer(encoderFFNDim),
      "encoder_attention_heads": .integer(encoderHeads),
      "activation_fn": .string(activation.rawValue),
      "layer_norm_first": .bool(layerNormFirst),
      "conv_pos": .integer(positionKernel),
      "conv_pos_groups": .integer(positionGroups),
      "pos_conv_depth": .integer(positionDepth),
      "prune_encoder_pos_conv": .bool(prunesPositionConv),
      "required_seq_len_multiple": .integer(sequenceMultiple),
      "normalize": normalize.map(JSONValue.bool) ?? .null,
    ])
  }

  /// The names of the fields that `init(fields:)` reads.
  package static let modelFields = ModelConfig().json.object?.members.map(\.name).filter { $0 != "normalize" } ?? []

  /// The fields that both ways of reading have in common. What is wrong with them is in `fields.violations`; relations
  /// between them are not looked at.
  package init(fields: inout FieldReader) throws(SubnetFault) {
    self.init()
    extractorMode = fields.name("extractor_mode", default: extractorMode)
    if let layers = fields.value("conv_feature_layers") {
      do throws(ConvLayersFault) {
        convLayers = try fields.convLayers(layers, "conv_feature_layers")
      } catch {
        throw .malformedConvLayers(
          text: error.text, position: error.position, found: error.found, expected: error.expected)
      }
    } else {
      // Strict reading remembers here that the field is missing.
      convLayers = fields.read("conv_feature_layers", default: convLayers, expected: "a list") { _, _ in nil }
    }
    convBias = fields.bool("conv_bias", default: convBias)
    encoderLayers = fields.integer("encoder_layers", default: encoderLayers, in: Limits.layers)
    encoderEmbedDim = fields.integer("encoder_embed_dim", default: encoderEmbedDim, in: Limits.width)
    encoderFFNDim = fields.integer("encoder_ffn_embed_dim", default: encoderFFNDim, in: Limits.width)
    encoderHeads = fields.integer("encoder_attention_heads", default: encoderHeads, in: Limits.heads)
    activation = fields.name("activation_fn", default: activation)
    layerNormFirst = fields.bool("layer_norm_first", default: layerNormFirst)
    positionKernel = fields.integer("conv_pos", default: positionKernel, in: Limits.kernel)
    positionGroups = fields.integer("conv_pos_groups", default: positionGroups, in: Limits.width)
    positionDepth = fields.integer("pos_conv_depth", default: positionDepth, in: Limits.positionDepth)
    prunesPositionConv = fields.bool("prune_encoder_pos_conv", default: prunesPositionConv)
    sequenceMultiple = fields.integer("required_seq_len_multiple", default: sequenceMultiple, in: Limits.window)
  }

  private static func refuse(_ violations: [Violation]) throws(SubnetFault) {
    guard violations.isEmpty else { throw .invalidConfiguration(violations) }
  }
}
