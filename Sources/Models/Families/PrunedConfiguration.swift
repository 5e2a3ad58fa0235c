import LHConfiguration
import LHJSON
import LHModel

/// The `config` of DPHuBERT and DPWavLM: torchaudio's arguments, with a value for each layer of what pruning left.
struct PrunedConfiguration {
  let stated: StatedEncoder

  init(_ config: JSONObject) throws(FamilyFault) {
    let place = "config"
    var fields = FieldReader(config, .lenient, prefix: place + ".")
    let isWavLM = config["encoder_remaining_heads"] ?? .null != .null
    var stated = StatedEncoder(family: isWavLM ? .dpWavLM : .dpHuBERT)
    stated.extractorNorm =
      fields.name("extractor_mode", default: ExtractorMode.groupNorm) == .layerNorm ? .layer : .group
    if let layers = fields.value("extractor_conv_layer_config") {
      stated.convolutions = try FairseqConfiguration.convolutions(layers, "extractor_conv_layer_config", &fields)
    }
    for switchName in PrunedConfiguration.pruningSwitches where fields.bool(switchName, default: false) {
      fields.refuse(switchName, .bool(true), expected: "false: pruning is to be finished, and the model saved anew")
    }
    stated.width = fields.integer("encoder_embed_dim", default: 768, in: Limits.width)
    let count = fields.integer("encoder_num_layers", default: 12, in: Limits.layers)
    stated.normPlacement = fields.bool("encoder_layer_norm_first", default: false) ? .before : .after
    stated.positionKernel = fields.integer("encoder_pos_conv_kernel", default: 128, in: Limits.kernel)
    stated.positionGroups = fields.integer("encoder_pos_conv_groups", default: 16, in: Limits.width)
    stated.normalizesWaveform = fields.bool("normalize_waveform", default: false)
    let attention = fields.truths("encoder_use_attention", count: count)
    let feedForward = fields.truths("encoder_use_feed_forward", count: count)
    let widths = fields.integers("encoder_ff_interm_features", count: count, in: 0...Limits.width.upperBound)
    stated.feedForwardWidths = zip(feedForward, widths).map { $0 && $1 > 0 ? $1 : nil }
    if isWavLM {
      let total = fields.integers("encoder_total_num_heads", count: count, in: Limits.heads).first ?? 1
      let remaining = fields.read("encoder_remaining_heads", default: [[Int]](), expected: "\(count) lists of heads") {
        value, _ in
        let lists = value.array?.compactMap { list in
          list.array.flatMap { heads in
            let numbers = heads.compactMap(\.integer)
            return numbers.count == heads.count ? numbers.sorted() : nil
          }
        }
        return lists?.count == count ? lists : nil
      }
      stated.headSize = stated.width / total
      stated.biasHeads = remaining
      stated.heads = zip(attention, remaining).map { $0 ? $1.count : nil }
      stated.buckets = fields.integer("encoder_num_buckets", default: 320, in: Limits.width)
      stated.maxDistance = fields.integer("encoder_max_distance", default: 800, in: Limits.window)
    } else {
      stated.headSize = fields.integer("encoder_head_dim", default: 64, in: Limits.width)
      let heads = fields.integers("encoder_num_heads", count: count, in: 0...Limits.heads.upperBound)
      stated.heads = zip(attention, heads).map { $0 && $1 > 0 ? $1 : nil }
    }
    guard fields.violations.isEmpty else { throw .invalidConfiguration(fields.violations) }
    stated.normalizesFeatures = nil
    self.stated = stated
  }

  private enum ExtractorMode: String, CaseIterable {
    case groupNorm = "group_norm"
    case layerNorm = "layer_norm"
  }

  /// What is on while a model is being pruned.
  private static let pruningSwitches = [
    "extractor_prune_conv_channels", "encoder_prune_attention_heads", "encoder_prune_attention_layer",
    "encoder_prune_feed_forward_intermediate", "encoder_prune_feed_forward_layer",
  ]
}

extension FieldReader {
  /// A list of truth values, one a layer.
  fileprivate mutating func truths(_ field: String, count: Int) -> [Bool] {
    read(field, default: Array(repeating: true, count: count), expected: "a list of \(count) truth values") {
      value, _ in
      let truths = value.array?.compactMap { $0.truth(.lenient) }
      return truths?.count == count && value.array?.count == count ? truths : nil
    }
  }

  /// A list of whole numbers in a range, one a layer.
  fileprivate mutating func integers(_ field: String, count: Int, in range: ClosedRange<Int>) -> [Int] {
    let expected = "a list of \(count) numbers in \(range.lowerBound)...\(range.upperBound)"
    guard let value = value(field) else {
      refuse(field, .null, expected: expected)
      return Array(repeating: range.lowerBound, count: count)
    }
    let numbers = value.array?.compactMap(\.integer) ?? []
    guard numbers.count == count, value.array?.count == count, numbers.allSatisfy(range.contains) else {
      refuse(field, value, expected: expected)
      return Array(repeating: range.lowerBound, count: count)
    }
    return numbers
  }
}
