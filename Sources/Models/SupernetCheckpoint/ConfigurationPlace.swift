import LHConfiguration
import LHJSON
public import LHSupernet

/// A part of a checkpoint's configurations that says something of the model or of the task.
struct ConfigurationPlace {
  /// Its path from the saved dictionary, for example "cfg.model".
  let name: String
  /// The fields.
  let fields: JSONObject

  /// Whether one of the fields is the model's, and not null.
  static func describesModel(_ object: JSONObject) -> Bool {
    (ModelConfig.modelFields + ["layer_type"]).contains { object[$0] ?? .null != .null }
  }

  /// All such parts, in the order of preference.
  ///
  /// The published code saves `cfg.model` and `cfg.task`. Others save the fields of both themselves under "cfg",
  /// "config" or "args", or a whole configuration under "hyper_parameters", or the two parts as `model_cfg` and
  /// `task_cfg`.
  ///
  /// - Parameter found: What the checkpoint has under each key where configurations occur.
  /// - Returns: What describes a model, and what may say something of the task.
  /// - Throws: `invalidConfiguration` when the only thing in a model's place is no object, or a task is none.
  static func all(
    in found: JSONObject
  ) throws(SubnetFault) -> (models: [ConfigurationPlace], tasks: [ConfigurationPlace]) {
    var search = Search()
    for member in found.members where containers.contains(member.name) {
      if let object = member.value.object { try search.look(into: object, member.name) }
    }
    try search.takeParts(of: found, prefix: "", isWhole: false)
    if search.models.isEmpty, let violation = search.misplaced { throw .invalidConfiguration([violation]) }
    return (search.models, search.tasks)
  }

  /// What holds a whole configuration.
  private static let containers = ["cfg", "config", "args", "hyper_parameters", "hparams"]
  /// What holds a model's fields, and what a task's. "model" is a configuration's; a checkpoint's is the state dict.
  private static let modelKeys = ["model", "model_config", "model_cfg", "model_args"]
  private static let taskKeys = ["task", "task_config", "task_cfg"]
  /// Configurations in configurations that are followed: `hyper_parameters.cfg.model`, and one more.
  private static let depthLimit = 4

  private struct Search {
    var models: [ConfigurationPlace] = []
    var tasks: [ConfigurationPlace] = []
    /// Something that is no object, where a model's fields were expected.
    var misplaced: Violation?

    mutating func look(into object: JSONObject, _ name: String, depth: Int = 0) throws(SubnetFault) {
      guard depth < depthLimit else { return }
      let before = models.count
      try takeParts(of: object, prefix: name + ".", isWhole: true)
      if describesModel(object) { models.append(ConfigurationPlace(name: name, fields: object)) }
      for key in containers {
        if let inner = object[key]?.object { try look(into: inner, "\(name).\(key)", depth: depth + 1) }
      }
      if models.count == before, misplaced == nil, let model = object["model"], model != .null, model.object == nil {
        misplaced = Violation(field: name + ".model", value: shown(model), allowed: "an object")
      }
    }

    mutating func takeParts(of object: JSONObject, prefix: String, isWhole: Bool) throws(SubnetFault) {
      var hasModel = false
      for key in modelKeys where isWhole || key != "model" {
        guard let model = object[key]?.object, describesModel(model) else { continue }
        models.append(ConfigurationPlace(name: prefix + key, fields: model))
        hasModel = true
      }
      for key in taskKeys {
        guard let task = object[key], task != .null else { continue }
        if let fields = task.object {
          tasks.append(ConfigurationPlace(name: prefix + key, fields: fields))
        } else if hasModel, isWhole || key != "task" {
          // Elsewhere it may be the task's name.
          throw .invalidConfiguration([Violation(field: prefix + key, value: shown(task), allowed: "an object")])
        }
      }
    }
  }
}
