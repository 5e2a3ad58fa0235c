import LHConfiguration
public import LHJSON
import LHModel
public import LHSupernet
import LHTensorNames

/// A checkpoint understood as a supernet: its configuration, and which of its tensors are the model's.
public struct SupernetReading: Sendable {
  /// The configuration, and where it was found.
  public let configuration: StatedConfiguration
  /// The names of the model's tensors.
  public let names: SupernetNames
  /// The prefixes of other models in the checkpoint, which are not read.
  public let otherPrefixes: [String]
  /// How the checkpoint has the weight of the position convolution, in words.
  public let positionWeight: String

  /// Finds out what a checkpoint holds.
  ///
  /// - Parameters:
  ///   - configurations: What it has under each key where configurations occur.
  ///   - keys: Its keys, in words.
  ///   - tensors: The names of its tensors.
  ///   - shapeOf: The shape of the tensor with a name; nil when there is none.
  ///   - otherEntry: What an entry is that is no tensor, in words; nil when there is no such entry.
  /// - Throws: `SubnetFault` when it is not one of a supernet, or does not say which.
  public init(
    configurations: JSONObject, keys: String, tensors: [String], shapeOf: (String) -> [Int]?,
    otherEntry: (String) -> String? = { _ in nil }
  ) throws(SubnetFault) {
    let configuration: StatedConfiguration
    do throws(SubnetFault) {
      configuration = try StatedConfiguration(configurations, keys: keys)
    } catch .missingConfiguration where SupernetNames.prefixes(in: tensors).isEmpty && !SupernetNames.hasRoots(tensors)
    {
      // That a file of something else does not say which model it is, is no news.
      throw .tensorsDoNotFit([.noneOfModel(found: tensors)])
    }
    let check = SupernetCheck(configuration.config, key: configuration.key(of:))
    let choice = try SupernetNames.choose(from: tensors) { names in
      check.problems(names, shapeOf: shapeOf, otherEntry: otherEntry)
    }
    let unused = choice.names.others(than: check.used(choice.names))
    guard unused.isEmpty else { throw .tensorsDoNotFit([.unused(tensors: unused)]) }
    self.configuration = configuration
    names = choice.names
    otherPrefixes = choice.others
    positionWeight = SupernetReading.positionWeight(configuration.config, names)
  }

  /// What a person should know of how it was read although nothing is wrong; nothing for a file as the published ones.
  public var notes: [String] {
    var notes: [String] = []
    if !names.prefix.isEmpty {
      notes.append("the names of its tensors begin with \(quoted(names.prefix)), which is left out")
    }
    for wrapper in names.wrappers { notes.append("\(quoted(wrapper)) in names of tensors is left out") }
    if !otherPrefixes.isEmpty {
      let others = otherPrefixes.map { $0.isEmpty ? "without a prefix" : "under \(quoted($0))" }
      notes.append("there are other models \(others.joined(separator: " and ")), which are not used")
    }
    let assumed = SupernetReading.tellingFields.filter { configuration.sources[$0] == nil }
    if !assumed.isEmpty {
      notes.append(
        "the configuration does not say \(assumed.joined(separator: ", ")): the published defaults are taken")
    }
    let places = configuration.places
    if places.count > 1 || !places.allSatisfy({ ["cfg.model", "args"].contains($0) }) {
      notes.append("the configuration is that of \(places.joined(separator: " and "))")
    }
    return notes
  }

  /// The fields that every configuration of a model has.
  private static let tellingFields = [
    "extractor_mode", "conv_feature_layers", "encoder_layers", "encoder_embed_dim", "encoder_ffn_embed_dim",
    "encoder_attention_heads", "activation_fn", "layer_norm_first",
  ]

  private static func positionWeight(_ config: ModelConfig, _ names: SupernetNames) -> String {
    guard config.positionDepth == 1 else { return "plain, \(config.positionDepth) convolutions" }
    let factors = FairseqNames.weightNorm(of: FairseqNames().name(of: .weight(.position(0))))
    guard let length = names[published: factors.length] else { return "plain, its weight norm was removed" }
    return FairseqNames.isParametrization(length)
      ? "weight norm, parametrizations.weight" : "weight norm, weight_g and weight_v"
  }
}
