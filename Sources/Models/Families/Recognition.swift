import LHJSON
import LHModel

/// Which program wrote the files of a model, and what its configuration says.
struct Recognition {
  let container: ContainerKind
  let stated: StatedEncoder

  init(_ files: ModelFiles, _ choices: ReadingChoices) throws(FamilyFault) {
    if let config = files.huggingFace {
      container = .huggingFace
      stated = try HuggingFaceConfiguration(config, preprocessor: files.preprocessor).stated
      return
    }
    let configurations = files.configurations
    if let distiller = configurations["Config"]?["distiller"]?.object {
      container = .distiller
      var stated = try FairseqConfiguration(
        .distilHuBERT, distiller, at: "Config.distiller", normalize: nil,
        layersField: "extractor_conv_feature_layers"
      ).stated
      stated.normalizesWaveform = stated.normalizesWaveform ?? false
      stated.normalizesFeatures = nil
      self.stated = stated
    } else if let config = configurations["config"]?.object, config["extractor_conv_layer_config"] != nil {
      container = .pruned
      stated = try PrunedConfiguration(config).stated
    } else if let model = configurations["model_cfg"]?.object {
      container = .s3prl
      let family = try Recognition.family(model, else: .huBERT)
      stated = try FairseqConfiguration(
        family, model, at: "model_cfg", normalize: ("task_cfg.normalize", configurations["task_cfg"]?["normalize"])
      ).stated
    } else if let cfg = configurations["cfg"]?.object, cfg["model"] == nil, cfg["encoder_layers"] != nil {
      container = .microsoft
      stated = try FairseqConfiguration(
        try Recognition.family(cfg, else: .wavLM), cfg, at: "cfg", normalize: ("cfg.normalize", cfg["normalize"])
      ).stated
    } else if let fairseq = try Recognition.fairseq(configurations) {
      container = .fairseq
      stated = fairseq
    } else if files.tensorNames.contains(where: Recognition.isTorchaudioName) {
      container = .torchaudio
      stated = try TorchaudioShape(files, choices).stated
    } else {
      throw .notRecognized(found: Recognition.words(files))
    }
  }

  /// What fairseq's own configuration says; nil when there is none.
  private static func fairseq(_ configurations: JSONObject) throws(FamilyFault) -> StatedEncoder? {
    let cfg = configurations["cfg"]?.object
    let place = cfg?["model"]?.object == nil ? "args" : "cfg.model"
    guard let outer = cfg?["model"]?.object ?? configurations["args"]?.object else { return nil }
    let ofTask = cfg?["task"]?["normalize"]
    let normalize = ofTask.map { ("cfg.task.normalize", $0) } ?? (place + ".normalize", outer["normalize"])
    // A fine-tuned model has the configuration of the encoder inside, whole or the model's part alone.
    if let inner = outer["w2v_args"]?.object {
      let model = inner["model"]?.object ?? inner
      let path = place + ".w2v_args" + (inner["model"]?.object == nil ? "" : ".model")
      return try FairseqConfiguration(
        try family(model, else: try family(outer, else: .wav2Vec2)), model, at: path, normalize: normalize
      ).stated
    }
    guard describesEncoder(outer) else { return nil }
    let known = try family(outer, else: .wav2Vec2)
    var stated = try FairseqConfiguration(known, outer, at: place, normalize: normalize).stated
    if name(outer).isEmpty { stated.notes.append("\(place) does not name the model: taken as \(known.name)") }
    return stated
  }

  /// Whether a name has "encoder.transformer" among its parts, as torchaudio calls what all others call the encoder.
  private static func isTorchaudioName(_ name: String) -> Bool {
    let parts = name.split(separator: ".")
    return zip(parts, parts.dropFirst()).contains { $0 == "encoder" && $1 == "transformer" }
  }

  /// Whether a model is LightHuBERT's supernet: by its name, or by fields that no other model has.
  private static func isSupernet(_ model: JSONObject) -> Bool {
    ["hubert_pruner", "student_hubert", "lighthubert"].contains(name(model))
      || ["supernet_type", "prune_encoder_pos_conv"].contains { model[$0] ?? .null != .null }
  }

  private static func describesEncoder(_ model: JSONObject) -> Bool {
    ["encoder_layers", "encoder_embed_dim", "extractor_mode", "conv_feature_layers", "_name", "arch"]
      .contains { model[$0] ?? .null != .null }
  }

  /// fairseq's name of a model; empty when there is none.
  private static func name(_ model: JSONObject) -> String { model["_name"]?.string ?? model["arch"]?.string ?? "" }

  /// The family that fairseq's name of a model stands for.
  private static func family(_ model: JSONObject, else fallback: ModelFamily) throws(FamilyFault) -> ModelFamily {
    let name = name(model)
    if let what = refused.first(where: { name.hasPrefix($0.prefix) })?.what { throw .unsupported(what: what) }
    if model["layer_type"]?.string == "trf_adp" {
      throw .unsupported(what: "a wav2vec 2.0 with layers of type trf_adp")
    }
    if isSupernet(model) { throw .isSupernet }
    let families: [(prefix: String, family: ModelFamily)] = [
      ("hubert", .huBERT), ("contentvec", .huBERT), ("wav2vec", .wav2Vec2), ("data2vec_audio", .data2VecAudio),
      ("wavlm", .wavLM), ("unispeech_sat", .uniSpeechSAT), ("ils_hubert", .huBERT),
    ]
    if let known = families.first(where: { name.hasPrefix($0.prefix) }) { return known.family }
    guard name.isEmpty else {
      throw .notRecognized(found: "a checkpoint of fairseq's whose model is called \(quotedName(name))")
    }
    return fallback
  }

  /// Models that compute something else, by how their names begin; the first that fits counts.
  private static let refused: [(prefix: String, what: String)] = [
    ("data2vec_multi", "a data2vec 2.0 model"), ("multires_hubert", "a multi-resolution HuBERT"),
    ("av_hubert", "an AV-HuBERT"), ("melhubert", "a MelHuBERT"),
    ("wav2vec2_conformer", "a wav2vec 2.0 with conformers"),
    ("wav2vec_s2t", "a speech translation model"),
  ]

  private static func words(_ files: ModelFiles) -> String {
    if !files.keyWords.isEmpty { return "the keys \(files.keyWords)" }
    let names = files.tensorNames.prefix(3).map(quotedName).joined(separator: ", ")
    return "\(files.tensorNames.count) tensors\(names.isEmpty ? "" : ", such as \(names)"), and no configuration"
  }
}

/// A name in quotes, not too long.
private func quotedName(_ name: String) -> String { JSONValue.string(String(name.prefix(80))).text() }
