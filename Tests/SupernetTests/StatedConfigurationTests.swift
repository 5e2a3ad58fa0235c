import LHJSON
import LHModel
import LHSupernet
import LHSupernetCheckpoint
import LHSystem
import LHTestSupport
import Testing

/// Where a checkpoint's configuration is found, and what is said when it is not, or twice.
@Suite struct StatedConfigurationTests {
  private static let model: JSONObject = [
    "encoder_layers": 6, "extractor_mode": "default", "dropout": .number(0.1), "conv_bias": .null,
  ]
  private static let task: JSONObject = ["normalize": true]
  private static let flat: JSONObject = ["encoder_layers": 6, "extractor_mode": "default", "normalize": true]

  private static func nested(_ model: String = "model", _ task: String = "task") -> JSONValue {
    .object([model: .object(Self.model), task: .object(Self.task)])
  }

  private func fault(_ found: JSONObject) -> String {
    let error = #expect(throws: SubnetFault.self) { try StatedConfiguration(found, keys: #""model" (a dictionary)"#) }
    #expect(error?.kind == .badData)
    return error?.description ?? ""
  }

  /// What a checkpoint has, where the model's fields are found, and where the task's.
  static let places: [(found: JSONObject, model: String, task: String)] = [
    (["cfg": nested()], "cfg.model", "cfg.task"),
    (["cfg": .object(flat)], "cfg", "cfg"),
    (["config": .object(flat)], "config", "config"),
    (["config": nested()], "config.model", "config.task"),
    (["args": .object(flat)], "args", "args"),
    (["cfg": .object([:]), "args": .object(flat)], "args", "args"),
    (["model_config": .object(model), "task_config": .object(task)], "model_config", "task_config"),
    (["model_cfg": .object(model), "task_cfg": .object(task)], "model_cfg", "task_cfg"),
    (["hyper_parameters": .object(flat)], "hyper_parameters", "hyper_parameters"),
    (["hyper_parameters": nested()], "hyper_parameters.model", "hyper_parameters.task"),
    (["hyper_parameters": .object(["cfg": nested()])], "hyper_parameters.cfg.model", "hyper_parameters.cfg.task"),
    (["hyper_parameters": .object(["args": .object(flat)])], "hyper_parameters.args", "hyper_parameters.args"),
    (["hyper_parameters": nested("model_cfg", "task_cfg")], "hyper_parameters.model_cfg", "hyper_parameters.task_cfg"),
    (["config": nested("model_config", "task_config")], "config.model_config", "config.task_config"),
    (["model_config": .object(flat)], "model_config", "model_config"),
    (["cfg": .object(["model": .object(flat)])], "cfg.model", "cfg.model"),
    (["model_cfg": .object(model), "task": .object(task)], "model_cfg", "task"),
    (["config": .object(model), "task_cfg": .object(task)], "config", "task_cfg"),
    (
      ["cfg": .object(["model": .object(model.adding("normalize", "${task.normalize}")), "task": .object(task)])],
      "cfg.model", "cfg.task"
    ),
    (["config": .object(flat), "task": "pretraining"], "config", "config"),
    (["model_cfg": .object(flat), "task": "pretraining"], "model_cfg", "model_cfg"),
    // The name of an architecture and of a task, beside the fields themselves.
    (["args": .object(flat.adding("model", "hubert").adding("task", "pretraining"))], "args", "args"),
  ]

  @Test(arguments: places.indices) func `Each place is read, and told`(index: Int) throws {
    let (found, model, task) = Self.places[index]
    let stated = try StatedConfiguration(found, keys: "")
    #expect(stated.config.encoderLayers == 6 && stated.config.extractorMode == .groupNorm)
    #expect(stated.config.normalize == true && stated.config.encoderEmbedDim == 768)
    #expect(stated.places == [model])
    #expect(stated.sources == ["encoder_layers": model, "extractor_mode": model, "normalize": task])
    #expect(stated.key(of: "encoder_layers") == model + ".encoder_layers")
    #expect(stated.key(of: "conv_bias") == model + ".conv_bias", "where it would be")
  }

  @Test(
    arguments: [
      [:], ["cfg": .object([:])], ["cfg": .object(["model": .null])], ["cfg": .object(["model": .object([:])])],
      ["cfg": .object(["model": .object(["dropout": .number(0.1)])])], ["config": "hubert.yaml"],
      ["cfg": .object(["task": .object(["normalize": true])])], ["args": .object(["encoder_layers": .null])],
      ["hyper_parameters": .object(["net": .object(["encoder_layers": 6])])],
    ] as [JSONObject]) func `What says nothing of a model is refused with the keys that are there`(found: JSONObject)
  {
    let text = fault(found)
    #expect(text.hasPrefix("has no configuration of the model"), "\(text)")
    #expect(text.contains(#"found the keys "model" (a dictionary); save it under "cfg""#), "\(text)")
  }

  @Test func `Configurations that agree complete each other`() throws {
    let stated = try StatedConfiguration(
      [
        "cfg": .object(["encoder_layers": 6, "conv_feature_layers": "[(512,10,5)] + [(512,3,2)]"]),
        "config": .object(["conv_feature_layers": "[(512,10,5),(512,3,2)]", "activation_fn": "relu"]),
        "args": .object(["encoder_layers": "6", "normalize": false]),
      ], keys: "")
    #expect(stated.config.encoderLayers == 6 && stated.config.activation == .relu && stated.config.normalize == false)
    #expect(stated.places == ["cfg", "config", "args"])
    #expect(
      stated.sources == [
        "encoder_layers": "cfg", "conv_feature_layers": "cfg", "activation_fn": "config", "normalize": "args",
      ])
  }

  @Test func `Configurations that contradict each other are refused, with every field`() {
    let other: JSONObject = ["encoder_layers": 12, "extractor_mode": "layer_norm", "normalize": false]
    let text = fault(["cfg": Self.nested(), "config": .object(other)])
    for words in [
      "encoder_layers is 6 in cfg.model and 12 in config",
      #"extractor_mode is "default" in cfg.model and "layer_norm" in config"#,
      "normalize is true in cfg.task and false in config",
    ] { #expect(text.contains(words), "\(text)") }
    let own = fault([
      "cfg": .object(["model": .object(["normalize": false, "conv_pos": 4]), "task": .object(Self.task)])
    ])
    #expect(own.contains("normalize is true in cfg.task and false in cfg.model"), "\(own)")
    #expect(fault(["cfg": .object(Self.flat.adding("model", .object(other)))]).contains("6 in cfg"))
  }

  @Test func `A value that is none is named by its place`() {
    #expect(
      fault(["config": .object(["encoder_layers": 0])]).contains("config.encoder_layers is 0, expected 1...256"))
    let relation = fault(["hyper_parameters": .object(["model": .object(["encoder_embed_dim": 640])])])
    #expect(relation.contains("hyper_parameters.model.encoder_embed_dim is 640, expected 64 times"), "\(relation)")
    #expect(fault(["cfg": .object(["model": "hubert"])]).contains("cfg.model is \"hubert\", expected an object"))
    #expect(fault(["model_cfg": .object(Self.model), "task_cfg": "pretraining"]).contains("task_cfg is"))
  }

  @Test func `Configurations inside each other end`() {
    var value: JSONValue = .object(Self.flat)
    for _ in 0..<40 { value = .object(["cfg": value]) }
    #expect(fault(["cfg": value]).hasPrefix("has no configuration"))
  }
}

extension JSONObject {
  fileprivate func adding(_ name: String, _ value: JSONValue) -> JSONObject {
    var object = self
    object[name] = value
    return object
  }
}
