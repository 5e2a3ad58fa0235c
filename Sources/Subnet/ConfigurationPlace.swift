import JSON

/// A part of a checkpoint's configurations that says something of the model.
struct ConfigurationPlace {
  /// Its path from the saved dictionary, for example "cfg.model".
  let name: String
  /// The fields.
  let model: JSONObject
  /// Where the task's fields are, among them `normalize`; nil when there is no such part.
  let task: (name: String, fields: JSONObject)?

  /// Whether one of the fields is the model's, and not null.
  static func describesModel(_ object: JSONObject) -> Bool {
    (ModelConfig.modelFields + ["layer_type"]).contains { object[$0] ?? .null != .null }
  }

  private init(_ name: String, _ model: JSONObject, task: (name: String, fields: JSONObject)?) {
    self.name = name
    self.model = model
    self.task = task
  }

  /// All such parts, in the order of preference.
  ///
  /// The published code saves `cfg.model` and `cfg.task`. Others save the model's fields themselves under "cfg", "config"
  /// or "args", or a whole configuration under "hyper_parameters", or the two parts as `model_cfg` and `task_cfg`.
  ///
  /// - Parameter found: What the checkpoint has under each key where configurations occur.
  /// - Throws: `invalidConfiguration` when the only thing in a model's place is no object, or a task is none.
  static func all(in found: JSONObject) throws(SubnetFault) -> [ConfigurationPlace] {
    var search = Search()
    for member in found.members where containers.contains(member.name) {
      if let object = member.value.object { try search.look(into: object, member.name) }
    }
    try search.takePairs(of: found, prefix: "")
    if search.places.isEmpty, let violation = search.misplaced { throw .invalidConfiguration([violation]) }
    return search.places
  }

  /// What holds a whole configuration.
  private static let containers = ["cfg", "config", "args", "hyper_parameters", "hparams"]
  /// What holds a model's fields, beside a task of the same spelling.
  private static let pairs = [("model_config", "task_config"), ("model_cfg", "task_cfg"), ("model_args", "task_args")]
  /// Configurations in configurations that are followed: `hyper_parameters.cfg.model`, and one more.
  private static let depthLimit = 4

  private struct Search {
    var places: [ConfigurationPlace] = []
    /// Something that is no object, where a model's fields were expected.
    var misplaced: Violation?

    mutating func look(into object: JSONObject, _ name: String, depth: Int = 0) throws(SubnetFault) {
      guard depth < depthLimit else { return }
      let before = places.count
      try take(object["model"], name + ".model", task: object["task"], name + ".task")
      try takePairs(of: object, prefix: name + ".")
      if describesModel(object) { places.append(ConfigurationPlace(name, object, task: (name, object))) }
      for key in containers {
        if let inner = object[key]?.object { try look(into: inner, "\(name).\(key)", depth: depth + 1) }
      }
      if places.count == before, misplaced == nil, let model = object["model"], model != .null, model.object == nil {
        misplaced = Violation(field: name + ".model", value: shown(model), allowed: "an object")
      }
    }

    mutating func takePairs(of object: JSONObject, prefix: String) throws(SubnetFault) {
      for (model, task) in pairs {
        try take(object[model], prefix + model, task: object[task], prefix + task)
      }
    }

    private mutating func take(
      _ model: JSONValue?, _ name: String, task: JSONValue?, _ taskName: String
    ) throws(SubnetFault) {
      guard let model = model?.object, describesModel(model) else { return }
      if let task, task != .null, task.object == nil {
        throw .invalidConfiguration([Violation(field: taskName, value: shown(task), allowed: "an object")])
      }
      places.append(ConfigurationPlace(name, model, task: task?.object.map { (taskName, $0) }))
    }
  }
}
