import LHFamilies
import LHJSON
import LHModel
import LHTensorNames
import LHTestSupport

/// The files of a small model as each program writes them: names and shapes of tensors, written here by hand, and a
/// configuration. A test changes what it wants.
struct FamilySketch {
  /// Whose names the tensors have.
  enum Names { case fairseq, huggingFace, torchaudio }
  /// The norm of the extractor.
  enum Norm { case group, layer }

  static let channels = [8, 6]
  static let kernels = [10, 3]
  static let strides = [5, 2]
  static let width = 16
  static let heads = 2
  static let headSize = 8
  static let ffn = 24
  static let taps = 4
  static let groups = 4
  static let layers = 2

  /// The shapes of tensors by name.
  var tensors: [String: [Int]] = [:]
  /// `config.json`.
  var config: JSONObject?
  /// `preprocessor_config.json`.
  var preprocessor: JSONObject?
  /// What a checkpoint has beside its tensors, by key.
  var configurations = JSONObject()

  var files: ModelFiles {
    let tensors = tensors
    var files = ModelFiles(tensorNames: tensors.keys.sorted(), shapeOf: { tensors[$0] })
    files.huggingFace = config
    files.preprocessor = preprocessor.map { .init(place: "preprocessor_config.json: ", fields: $0) }
    files.configurations = configurations
    files.keyWords = configurations.members.map { "\"\($0.name)\"" }.joined(separator: ", ")
    return files
  }

  func reading(_ choices: ReadingChoices = .init()) throws(FamilyFault) -> FamilyReading {
    try FamilyReading(files, choices)
  }

  /// What reading it throws.
  func fault(_ choices: ReadingChoices = .init()) -> FamilyFault? {
    do throws(FamilyFault) {
      _ = try reading(choices)
      return nil
    } catch {
      return error
    }
  }

  // MARK: Tensors

  private mutating func add(_ name: String, _ shape: [Int]) { tensors[name] = shape }

  private mutating func pair(_ name: String, _ shape: [Int]) {
    add(name + ".weight", shape)
    add(name + ".bias", [shape[0]])
  }

  /// The tensors of an encoder with everything that all families have.
  static func encoder(_ names: Names, norm: Norm = .group, hasBias: Bool = false) -> FamilySketch {
    var sketch = FamilySketch()
    let isFairseq = names == .fairseq
    let outer = names == .torchaudio ? "encoder.transformer" : "encoder"
    let projection = names == .torchaudio ? "encoder.feature_projection" : "feature_projection"
    var inputs = 1
    for (index, (count, kernel)) in zip(channels, kernels).enumerated() {
      let place = "feature_extractor.conv_layers.\(index)"
      let convolution = isFairseq ? "\(place).0" : "\(place).conv"
      sketch.add(convolution + ".weight", [count, inputs, kernel])
      if hasBias { sketch.add(convolution + ".bias", [count]) }
      switch norm {
      case .group where index == 0: sketch.pair(isFairseq ? "\(place).2" : "\(place).layer_norm", [count])
      case .group: break
      case .layer: sketch.pair(isFairseq ? "\(place).2.1" : "\(place).layer_norm", [count])
      }
      inputs = count
    }
    sketch.pair(isFairseq ? "layer_norm" : "\(projection).layer_norm", [inputs])
    sketch.pair(isFairseq ? "post_extract_proj" : "\(projection).projection", [width, inputs])
    let position = isFairseq ? "encoder.pos_conv.0" : "\(outer).pos_conv_embed.conv"
    sketch.add(position + ".weight_g", [1, 1, taps])
    sketch.add(position + ".weight_v", [width, width / groups, taps])
    sketch.add(position + ".bias", [width])
    sketch.pair("\(outer).layer_norm", [width])
    for layer in 0..<layers {
      let place = "\(outer).layers.\(layer)"
      for part in ["q_proj", "k_proj", "v_proj", "out_proj"] {
        sketch.pair("\(place).\(isFairseq ? "self_attn" : "attention").\(part)", [width, width])
      }
      sketch.pair("\(place).\(isFairseq ? "self_attn_layer_norm" : "layer_norm")", [width])
      sketch.pair("\(place).\(isFairseq ? "fc1" : "feed_forward.intermediate_dense")", [ffn, width])
      sketch.pair("\(place).\(isFairseq ? "fc2" : "feed_forward.output_dense")", [width, ffn])
      sketch.pair("\(place).final_layer_norm", [width])
    }
    return sketch
  }

  /// Puts a prefix before the names of all tensors.
  mutating func prefix(_ prefix: String) {
    tensors = Dictionary(uniqueKeysWithValues: tensors.map { (prefix + $0.key, $0.value) })
  }

  mutating func remove(where isGone: (String) -> Bool) { tensors = tensors.filter { !isGone($0.key) } }

  /// Gives tensors whose names have a part another one.
  mutating func rename(_ part: String, to new: String) {
    tensors = Dictionary(
      uniqueKeysWithValues: tensors.map { name, shape in
        guard let range = name.firstRange(of: part) else { return (name, shape) }
        return (String(name[..<range.lowerBound]) + new + String(name[range.upperBound...]), shape)
      })
  }

  // MARK: Configurations

  /// fairseq's fields of the model.
  static func fairseqModel(_ name: String?) -> JSONObject {
    var model: JSONObject = [
      "extractor_mode": "default", "encoder_layers": 2, "encoder_embed_dim": 16, "encoder_ffn_embed_dim": 24,
      "encoder_attention_heads": 2, "activation_fn": "gelu", "layer_norm_first": false,
      "conv_feature_layers": "[(8,10,5)] + [(6,3,2)]", "conv_pos": 4, "conv_pos_groups": 4, "conv_bias": false,
      "required_seq_len_multiple": 2, "mask_prob": .number(0.8),
    ]
    if let name { model["_name"] = .string(name) }
    return model
  }

  /// A checkpoint of fairseq's.
  static func fairseq(_ name: String? = "hubert", norm: Norm = .group, hasBias: Bool = false) -> FamilySketch {
    var sketch = encoder(.fairseq, norm: norm, hasBias: hasBias)
    sketch.tensors["mask_emb"] = [16]
    var model = fairseqModel(name)
    if norm == .layer { model["extractor_mode"] = "layer_norm" }
    sketch.configurations["cfg"] = .object([
      "model": .object(model), "task": .object(["normalize": .bool(norm == .layer)]),
    ])
    return sketch
  }

  /// Changes `cfg.model` of a checkpoint of fairseq's.
  mutating func changeModel(_ change: (inout JSONObject) -> Void) {
    guard var cfg = configurations["cfg"]?.object, var model = cfg["model"]?.object else { return }
    change(&model)
    cfg["model"] = .object(model)
    configurations["cfg"] = .object(cfg)
  }

  /// A Hugging Face folder.
  static func huggingFace(_ type: String = "hubert", norm: Norm = .group, hasBias: Bool = false) -> FamilySketch {
    var sketch = encoder(.huggingFace, norm: norm, hasBias: hasBias)
    sketch.tensors["masked_spec_embed"] = [16]
    sketch.config = [
      "model_type": .string(type), "feat_extract_norm": .string(norm == .group ? "group" : "layer"),
      "num_hidden_layers": 2, "num_attention_heads": 2, "hidden_size": 16, "intermediate_size": 24,
      "do_stable_layer_norm": false, "conv_dim": .array([8, 6]), "conv_kernel": .array([10, 3]),
      "conv_stride": .array([5, 2]), "conv_bias": .bool(hasBias), "num_conv_pos_embeddings": 4,
      "num_conv_pos_embedding_groups": 4, "hidden_act": "gelu", "feat_extract_activation": "gelu",
      "layer_norm_eps": .number(1e-5), "architectures": .array(["HubertModel"]),
    ]
    sketch.preprocessor = ["do_normalize": .bool(norm == .layer), "sampling_rate": 16_000]
    return sketch
  }

  /// torchaudio's state dict.
  static func torchaudio(norm: Norm = .group, hasBias: Bool = false) -> FamilySketch {
    encoder(.torchaudio, norm: norm, hasBias: hasBias)
  }

  // MARK: Shapes

  /// What the model computes, of a group norm extractor.
  static var shape: EncoderShape {
    EncoderShape(
      normalizesWaveform: false,
      convolutions: [
        ConvolutionShape(inputChannels: 1, channels: 8, kernel: 10, stride: 5, norm: .group),
        ConvolutionShape(inputChannels: 8, channels: 6, kernel: 3, stride: 2),
      ],
      projectsFeatures: true, width: 16,
      position: PositionShape(
        kind: .weightNormed, groups: 4, layers: [.init(inputChannels: 16, outputChannels: 16, kernel: 4)]),
      normPlacement: .after,
      layers: Array(
        repeating: LayerShape(attention: AttentionShape(heads: 2, headSize: 8), feedForwardWidth: 24), count: 2))
  }

  /// The same with layer norms in the extractor, and a normalised waveform.
  static var shapeOfLayerNorms: EncoderShape {
    var shape = shape
    for index in shape.convolutions.indices { shape.convolutions[index].norm = .layer }
    shape.normalizesWaveform = true
    return shape
  }
}

extension FamilyFault {
  /// The tensors that would not be used, when that is all that is wrong.
  var unused: [String]? {
    guard case .tensorsDoNotFit(_, let problems) = self, problems.count == 1, case .unused(let tensors) = problems[0]
    else { return nil }
    return tensors
  }
}
