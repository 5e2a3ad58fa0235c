internal import LHJSON

extension Checkpoint {
  /// The keys of a saved dictionary under which configurations occur, in the order of preference: those of the
  /// published code, of models that it was made from, of s3prl's converters, of fairseq before Hydra, of Lightning.
  public static let configurationKeys = [
    "cfg", "config", "model_config", "model_cfg", "model_args", "task", "task_config", "task_cfg", "args",
    "hyper_parameters", "hparams", "Config",
  ]

  /// What is under each of these keys. A key that has None is as good as none; so is one beside a `cfg` that cannot be
  /// read as plain data of a configuration's size, such as a vocabulary.
  static func configurations(_ container: Container) throws(CheckpointFault) -> JSONObject {
    let pickle = container.pickle
    let top = pickle.entries(pickle.root) ?? []
    var found = JSONObject()
    for key in configurationKeys {
      guard let value = pickle.entry(key, of: top) else { continue }
      var reader = ConfigurationReader(container)
      do throws(CheckpointFault) {
        let content = try reader.read(value)
        if content != .null { found[key] = content }
      } catch {
        guard key != "cfg", let published = found["cfg"]?.object, !published.members.isEmpty else { throw error }
      }
    }
    return found
  }

  /// The form of the published files of what is under "cfg" or "args".
  static func published(_ configurations: JSONObject) -> JSONValue {
    if case .object(let object)? = configurations["cfg"], !object.members.isEmpty { return .object(object) }
    guard case .object(let object)? = configurations["args"] else { return .object([:]) }
    return .object(["model": .object(object), "task": .object(object)])
  }

  /// What a person should know of where the state dict was found although nothing is wrong, a line each.
  public var notes: [String] {
    var notes: [String] = []
    if let stateDictKey, !StateDictKey.published.contains(stateDictKey) {
      notes.append("the weights are those under \"\(stateDictKey)\"")
    }
    if !unusedStateDictKeys.isEmpty {
      let keys = unusedStateDictKeys.map { "\"\($0)\"" }.joined(separator: " and ")
      notes.append("there are tensors under \(keys) too, which are not used")
    }
    return notes
  }
}
