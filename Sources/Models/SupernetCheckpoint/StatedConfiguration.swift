import LHConfiguration
public import LHJSON
public import LHSupernet

/// A model's configuration as a checkpoint states it, and where each value was found.
public struct StatedConfiguration: Sendable {
  /// The configuration: what is stated, and the published defaults for the rest.
  public let config: ModelConfig
  /// Where the value of a field of `config.json` comes from, for example "cfg.model"; a field that has its default is
  /// not there.
  public let sources: [String: String]
  /// The places that say something of the model, in the order of preference; messages name the first.
  public let places: [String]

  /// Reads all configurations of a checkpoint. They may complete each other, but not contradict.
  ///
  /// - Parameters:
  ///   - found: What the checkpoint has under each key where configurations occur.
  ///   - keys: The checkpoint's keys in words, for the message when there is no configuration among them.
  /// - Throws: `missingConfiguration` when none of them says anything of a model, `contradictoryConfigurations` when
  ///   two say different things, `invalidConfiguration` or `malformedConvLayers` when a value is none.
  public init(_ found: JSONObject, keys: String) throws(SubnetFault) {
    let (models, tasks) = try ConfigurationPlace.all(in: found)
    guard let first = models.first else { throw .missingConfiguration(keys: keys) }
    var merged = try ConfigurationPart(model: first)
    var contradictions: [Contradiction] = []
    for place in models.dropFirst() { contradictions += try merged.merge(ConfigurationPart(model: place)) }
    // A task says it before the model's own fields, into which some programs copy it.
    for place in tasks + models { contradictions += try merged.merge(ConfigurationPart(task: place)) }
    guard contradictions.isEmpty else { throw .contradictoryConfigurations(contradictions) }
    config = merged.config
    sources = merged.sources
    places = models.map(\.name)
    let violations = config.relationViolations.map { $0.renamed(key(of: $0.field)) }
    guard violations.isEmpty else { throw .invalidConfiguration(violations) }
  }

  /// The full name of a field where it is, or would be: for example "cfg.model.encoder_layers".
  public func key(of field: String) -> String { "\(sources[field] ?? places[0]).\(field)" }
}

/// What one place says.
private struct ConfigurationPart {
  private(set) var config: ModelConfig
  /// The place of each field that it states.
  private(set) var sources: [String: String] = [:]

  /// What is said of the model.
  init(model place: ConfigurationPlace) throws(SubnetFault) {
    var fields = FieldReader(place.fields, .lenient, prefix: place.name + ".")
    config = try ModelConfig(fields: &fields)
    for field in ModelConfig.modelFields where fields.stated.contains(field) { sources[field] = place.name }
    if let type = fields.value("layer_type"), type != .string("transformer") {
      fields.refuse("layer_type", type, expected: "\"transformer\"")
    }
    guard fields.violations.isEmpty else { throw .invalidConfiguration(fields.violations) }
  }

  /// What is said of the task: whether the waveform is normalised.
  init(task place: ConfigurationPlace) throws(SubnetFault) {
    config = ModelConfig()
    var fields = FieldReader(place.fields, .lenient, prefix: place.name + ".")
    // A reference to another field, as configuration libraries write it: that field is read where it is.
    guard let value = fields.value("normalize"), value.string?.hasPrefix("${") != true else { return }
    config.normalize = fields.bool("normalize", default: false)
    sources["normalize"] = place.name
    guard fields.violations.isEmpty else { throw .invalidConfiguration(fields.violations) }
  }

  /// Takes over what the other states and this does not; returns what the two do not agree about.
  mutating func merge(_ other: ConfigurationPart) throws(SubnetFault) -> [Contradiction] {
    guard var values = config.json.object, let otherValues = other.config.json.object else { return [] }
    var contradictions: [Contradiction] = []
    for member in otherValues.members {
      guard let place = other.sources[member.name] else { continue }
      guard let ownPlace = sources[member.name], let own = values[member.name] else {
        values[member.name] = member.value
        sources[member.name] = place
        continue
      }
      if own != member.value {
        contradictions.append(
          Contradiction(field: member.name, places: [ownPlace, place], values: [shown(own), shown(member.value)]))
      }
    }
    var fields = FieldReader(values, .strict)
    let normalize = values["normalize"]?.bool
    config = try ModelConfig(fields: &fields)
    config.normalize = normalize
    return contradictions
  }
}
