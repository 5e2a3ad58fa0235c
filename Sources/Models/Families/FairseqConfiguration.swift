import LHConfiguration
import LHJSON
import LHModel

/// The configuration of a model as fairseq has it: `cfg.model` with `cfg.task`, or the `argparse.Namespace` of older
/// files. Microsoft's WavLM, s3prl's copies and DistilHuBERT have the same fields at other places.
struct FairseqConfiguration {
  private(set) var stated: StatedEncoder

  /// - Parameters:
  ///   - family: What the model is.
  ///   - model: Its fields.
  ///   - place: Where they are, for messages.
  ///   - normalize: Whether the waveform is normalised, where another place says so, and that place for messages.
  ///   - layersField: The field of the convolutions.
  init(
    _ family: ModelFamily, _ model: JSONObject, at place: String, normalize: (place: String, value: JSONValue?)?,
    layersField: String = "conv_feature_layers", maxDistance: Int = 1280
  ) throws(FamilyFault) {
    var fields = FieldReader(model, .lenient, prefix: place + ".")
    var stated = StatedEncoder(family: family)
    let mode = fields.name("extractor_mode", default: ExtractorMode.default)
    stated.extractorNorm = mode == .layerNorm ? .layer : .group
    stated.hasConvolutionBias = fields.value("conv_bias") == nil ? nil : fields.bool("conv_bias", default: false)
    if let layers = fields.value(layersField) {
      stated.convolutions = try FairseqConfiguration.convolutions(layers, layersField, &fields)
    }
    stated.setLayers(
      fields.integer("encoder_layers", default: 12, in: Limits.layers),
      heads: fields.integer("encoder_attention_heads", default: 12, in: Limits.heads),
      width: fields.integer("encoder_embed_dim", default: 768, in: Limits.width))
    stated.feedForwardWidths = Array(
      repeating: fields.integer("encoder_ffn_embed_dim", default: 3072, in: Limits.width), count: stated.heads.count)
    stated.normPlacement = fields.bool("layer_norm_first", default: false) ? .before : .after
    stated.activation = fields.name("activation_fn", default: .gelu)
    let kernel = fields.integer("conv_pos", default: 128, in: Limits.kernel)
    stated.positionGroups = fields.integer("conv_pos_groups", default: 16, in: Limits.width)
    stated.positionDepth = fields.integer("pos_conv_depth", default: 1, in: Limits.positionDepth)
    stated.positionKernel = stated.positionDepth > 1 ? max(3, kernel / stated.positionDepth) : kernel
    stated.positionKind = stated.positionDepth > 1 ? .layered : .weightNormed
    if fields.bool("conv_pos_batch_norm", default: false) { stated.positionKind = .batchNormed }
    stated.buckets =
      fields.value("num_buckets") == nil ? nil : fields.integer("num_buckets", default: 320, in: Limits.width)
    stated.maxDistance = fields.integer("max_distance", default: maxDistance, in: Limits.window)
    stated.hasRelativeBias =
      fields.value("relative_position_embedding") == nil
      ? nil : fields.bool("relative_position_embedding", default: false)
    FairseqConfiguration.refuseOthers(&fields)
    fields.requireDivisor("encoder_attention_heads", stated.heads.first.flatMap { $0 }, of: stated.width)
    stated.normalizesWaveform = try FairseqConfiguration.normalizes(normalize, &fields)
    guard fields.violations.isEmpty else { throw .invalidConfiguration(fields.violations) }
    self.stated = stated
  }

  private enum ExtractorMode: String, CaseIterable {
    case `default`
    case layerNorm = "layer_norm"
  }

  /// Switches of the graph that no model that is computed here has on.
  private static func refuseOthers(_ fields: inout FieldReader) {
    fields.require("layer_type", "transformer")
    for field in ["quantize_input", "expand_attention_head_size"] {
      guard let value = fields.value(field) else { continue }
      let isOff = value.truth(.lenient) == false || value.integer.map { $0 <= 0 } ?? false
      if !isOff { fields.refuse(field, value, expected: "false") }
    }
    if fields.bool("relative_position_embedding", default: true), fields.value("gru_rel_pos")?.truth(.lenient) == false
    {
      fields.refuse("gru_rel_pos", .bool(false), expected: "true, where relative_position_embedding is")
    }
  }

  private static func normalizes(
    _ elsewhere: (place: String, value: JSONValue?)?, _ fields: inout FieldReader
  ) throws(FamilyFault) -> Bool? {
    // A reference to another field, as configuration libraries write it: the model's own is the next best.
    guard let (place, value) = elsewhere, let value, value != .null, value.string?.hasPrefix("${") != true else {
      return fields.value("normalize") == nil ? nil : fields.bool("normalize", default: false)
    }
    guard let truth = value.truth(.lenient) else {
      throw .invalidConfiguration([Violation(field: place, value: shown(value), allowed: "true or false")])
    }
    return truth
  }

  /// The convolutions as the published code's string, or as lists.
  static func convolutions(
    _ value: JSONValue, _ field: String, _ fields: inout FieldReader
  ) throws(FamilyFault) -> [ConvLayer] {
    do throws(ConvLayersFault) {
      return try fields.convLayers(value, field)
    } catch {
      throw .malformedConvLayers(error.description)
    }
  }
}
