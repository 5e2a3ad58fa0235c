import LHConfiguration
public import LHJSON
public import LHSupernet

extension ModelConfig {
  /// What a checkpoint's `cfg` says (`cfg.model` and `cfg.task`), with the published defaults for what it does not say:
  /// for all of it when it says nothing, which `StatedConfiguration` refuses.
  ///
  /// Fields that inference does not need are ignored. A number or truth value may be a string, as some configuration
  /// libraries leave it. The tensors are not looked at: see `check(shapeOf:)`.
  public init(checkpointConfiguration: JSONValue) throws(SubnetFault) {
    do throws(SubnetFault) {
      self = try StatedConfiguration(["cfg": checkpointConfiguration], keys: "").config
    } catch .missingConfiguration {
      self.init()
      normalize = try ModelConfig.normalize(of: checkpointConfiguration)
    }
  }

  /// What a `cfg` that says nothing of the model says of the task.
  private static func normalize(of cfg: JSONValue) throws(SubnetFault) -> Bool? {
    guard let task = cfg["task"], task != .null else { return nil }
    guard let object = task.object else {
      throw .invalidConfiguration([Violation(field: "cfg.task", value: shown(task), allowed: "an object")])
    }
    var fields = FieldReader(object, .lenient, prefix: "cfg.task.")
    guard fields.value("normalize") != nil else { return nil }
    let normalize = fields.bool("normalize", default: false)
    guard fields.violations.isEmpty else { throw .invalidConfiguration(fields.violations) }
    return normalize
  }
}
