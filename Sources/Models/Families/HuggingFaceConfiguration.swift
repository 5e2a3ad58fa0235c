import LHConfiguration
import LHJSON
import LHModel

/// `config.json` and the feature extractor's settings, as transformers writes them for HubertModel, Wav2Vec2Model,
/// WavLMModel, Data2VecAudioModel and their kin. A key that is missing has the default of transformers.
struct HuggingFaceConfiguration {
  /// The sizes that are added to variances: in the waveform's norm of the feature extractor.
  static let waveformEpsilon = 1e-7

  let stated: StatedEncoder

  init(_ config: JSONObject, preprocessor: ModelFiles.Preprocessor?) throws(FamilyFault) {
    var fields = FieldReader(config, .lenient, prefix: "config.json: ")
    let type = fields.value("model_type")?.string ?? ""
    guard let family = HuggingFaceConfiguration.families[type] else {
      if let what = HuggingFaceConfiguration.refused[type] { throw .unsupported(what: what) }
      throw .notRecognized(found: "a config.json whose model_type is \(type.isEmpty ? "missing" : quoted(type))")
    }
    var stated = StatedEncoder(family: family)
    stated.waveformEpsilon = HuggingFaceConfiguration.waveformEpsilon
    let isData2Vec = family == .data2VecAudio
    if !isData2Vec {
      stated.extractorNorm =
        fields.name("feat_extract_norm", default: ExtractorNorm.group) == .layer ? .layer : .group
    } else {
      stated.extractorNorm = .layer
    }
    stated.setLayers(
      fields.integer("num_hidden_layers", default: 12, in: Limits.layers),
      heads: fields.integer("num_attention_heads", default: 12, in: Limits.heads),
      width: fields.integer("hidden_size", default: 768, in: Limits.width))
    stated.feedForwardWidths = Array(
      repeating: fields.integer("intermediate_size", default: 3072, in: Limits.width), count: stated.heads.count)
    stated.normPlacement =
      !isData2Vec && fields.bool("do_stable_layer_norm", default: false) ? .before : .after
    stated.convolutions = HuggingFaceConfiguration.convolutions(&fields)
    stated.hasConvolutionBias = fields.bool("conv_bias", default: false)
    stated.normalizesFeatures = fields.bool("feat_proj_layer_norm", default: true)
    HuggingFaceConfiguration.readPosition(&stated, &fields)
    stated.activation = fields.activation("hidden_act")
    if fields.activation("feat_extract_activation") != .gelu {
      fields.refuse("feat_extract_activation", config["feat_extract_activation"] ?? .null, expected: "\"gelu\"")
    }
    fields.require("position_embeddings_type", nil)
    let epsilon = fields.read("layer_norm_eps", default: 1e-5, expected: "0.00001") { value, _ in value.number }
    if epsilon != 1e-5 { fields.refuse("layer_norm_eps", .number(epsilon), expected: "0.00001, as in all models") }
    if family == .wavLM {
      stated.hasRelativeBias = true
      stated.buckets = fields.integer("num_buckets", default: 320, in: Limits.width)
      stated.maxDistance = fields.integer("max_bucket_distance", default: 800, in: Limits.window)
    }
    if fields.value("adapter_attn_dim") != nil {
      stated.adapterWidth = fields.integer("adapter_attn_dim", default: 16, in: Limits.width)
    }
    if fields.bool("add_adapter", default: false) {
      stated.notes.append(
        "add_adapter: the convolutions after the encoder are left out, which no hidden state depends on")
    }
    fields.requireDivisor("num_attention_heads", stated.heads.first.flatMap { $0 }, of: stated.width)
    guard fields.violations.isEmpty else { throw .invalidConfiguration(fields.violations) }
    stated.normalizesWaveform = try HuggingFaceConfiguration.normalizes(preprocessor, &stated)
    self.stated = stated
  }

  /// What `model_type` is, of those that are computed.
  private static let families: [String: ModelFamily] = [
    "hubert": .huBERT, "wav2vec2": .wav2Vec2, "wavlm": .wavLM, "data2vec-audio": .data2VecAudio,
    "unispeech": .uniSpeech, "unispeech-sat": .uniSpeechSAT,
  ]

  /// Relatives that compute something else.
  private static let refused: [String: String] = [
    "wav2vec2-conformer": "a wav2vec 2.0 with conformer layers", "wav2vec2-bert": "a wav2vec 2.0 BERT",
    "sew": "a SEW model", "sew-d": "a SEW-D model", "whisper": "a Whisper model", "mctct": "an M-CTC-T model",
    "seamless_m4t": "a SeamlessM4T model", "speech_to_text": "a Speech2Text model",
  ]

  private enum ExtractorNorm: String, CaseIterable { case group, layer }

  private static func convolutions(_ fields: inout FieldReader) -> [ConvLayer] {
    func list(_ field: String, _ fallback: [Int], _ range: ClosedRange<Int>) -> [Int] {
      fields.read(
        field, default: fallback,
        expected: "a list of 1 to \(ConvLayersParser.layerLimit) numbers in \(range.lowerBound)...\(range.upperBound)"
      ) { value, _ in
        let numbers = value.array?.compactMap(\.integer) ?? []
        return (1...ConvLayersParser.layerLimit).contains(numbers.count) && numbers.count == value.array?.count
          && numbers.allSatisfy(range.contains) ? numbers : nil
      }
    }
    let published = ConvLayer.published
    let channels = list("conv_dim", published.map(\.channels), Limits.width)
    let kernels = list("conv_kernel", published.map(\.kernel), Limits.kernel)
    let strides = list("conv_stride", published.map(\.stride), Limits.kernel)
    guard channels.count == kernels.count, kernels.count == strides.count else {
      fields.refuse(
        "conv_dim", .string("a list of \(channels.count)"),
        expected: "as long as conv_kernel (\(kernels.count)) and conv_stride (\(strides.count))")
      return published
    }
    return channels.indices.map { ConvLayer(channels: channels[$0], kernel: kernels[$0], stride: strides[$0]) }
  }

  /// data2vec-audio calls the number of convolutions what the others call their kernel.
  private static func readPosition(_ stated: inout StatedEncoder, _ fields: inout FieldReader) {
    stated.positionGroups = fields.integer("num_conv_pos_embedding_groups", default: 16, in: Limits.width)
    if stated.family == .data2VecAudio {
      stated.positionKind = .layered
      stated.positionDepth = fields.integer("num_conv_pos_embeddings", default: 5, in: Limits.positionDepth)
      stated.positionKernel = fields.integer("conv_pos_kernel_size", default: 19, in: Limits.kernel)
      return
    }
    stated.positionKernel = fields.integer("num_conv_pos_embeddings", default: 128, in: Limits.kernel)
    if fields.bool("conv_pos_batch_norm", default: false) { stated.positionKind = .batchNormed }
  }

  private static func normalizes(
    _ preprocessor: ModelFiles.Preprocessor?, _ stated: inout StatedEncoder
  ) throws(FamilyFault) -> Bool {
    guard let preprocessor else {
      let normalizes = stated.extractorNorm == .layer
      stated.notes.append(
        "there is no preprocessor_config.json: the waveform is \(normalizes ? "normalised" : "taken as it is"), as in"
          + " models with a \(normalizes ? "layer" : "group") norm extractor (--normalize says otherwise)")
      return normalizes
    }
    var fields = FieldReader(preprocessor.fields, .lenient, prefix: preprocessor.place)
    if let rate = fields.value("sampling_rate"), rate.integer.map({ $0 != EncoderShape.sampleRate }) ?? false {
      fields.refuse("sampling_rate", rate, expected: "\(EncoderShape.sampleRate)")
    }
    let normalizes = fields.bool("do_normalize", default: true)
    guard fields.violations.isEmpty else { throw .invalidConfiguration(fields.violations) }
    return normalizes
  }
}

extension FieldReader {
  /// An activation by the name that transformers has for it; "gelu_python" is what "gelu" is, written otherwise.
  fileprivate mutating func activation(_ field: String) -> Activation {
    read(field, default: .gelu, expected: "\"relu\" or \"gelu\"") { value, _ in
      value.string == "gelu_python" ? .gelu : value.string.flatMap(Activation.init(rawValue:))
    }
  }

  /// Refuses a number of heads that the width cannot be cut into.
  mutating func requireDivisor(_ field: String, _ heads: Int?, of width: Int) {
    guard let heads, heads > 0, !width.isMultiple(of: heads) else { return }
    refuse(field, .integer(heads), expected: "a divisor of the width, \(width)")
  }

  /// Refuses a field that has another value than the one that is computed; nil means that it must not be there.
  mutating func require(_ field: String, _ only: String?) {
    guard let value = value(field), value != .null, value.string != only else { return }
    refuse(field, value, expected: only.map { quoted($0) } ?? "none")
  }
}
