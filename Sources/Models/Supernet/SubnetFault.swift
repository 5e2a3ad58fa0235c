public import LHConfiguration
public import LHJSON
public import LHSystem
public import LHTensorNames

/// A supernet's configuration, its tensors or an architecture that no subnet can be made of.
///
/// What is wrong with a checkpoint or a subnet file is said without the file's name: the caller, who opened it, puts
/// it in front.
public enum SubnetFault: Fault, Equatable {
  /// Values of the configuration that are not understood or out of range.
  case invalidConfiguration([Violation])
  /// Nothing in a checkpoint says what the model is; `keys` are those that it has, in words.
  case missingConfiguration(keys: String)
  /// Two parts of a checkpoint say different things of the model.
  case contradictoryConfigurations([Contradiction])
  /// `conv_feature_layers` is not a list of (channels, kernel, stride); `position` counts characters from 0.
  case malformedConvLayers(text: String, position: Int, found: String, expected: String)
  /// The configuration and the tensors do not go together.
  case tensorsDoNotFit([TensorProblem])
  /// A checkpoint holds models under several prefixes of names; `whole` is how many of those other than the empty one
  /// are whole.
  case ambiguousPrefixes([String], whole: Int)
  /// A name that is none of the published architectures.
  case unknownArchitecture(name: String)
  /// An architecture that breaks rules: all of them are listed.
  case invalidArchitecture(source: String, [Violation])
  /// A text that should describe an architecture is not JSON.
  case notJSON(source: String, JSONFault)
  /// Something else than an architecture.
  case notAnArchitecture(source: String, found: String, expected: String)
  /// A kept weight is NaN or infinite. `index` counts the elements of the tensor as it is in the subnet, row-major.
  case notFinite(tensor: String, index: Int, value: String)
  /// A tap of a weight-normed convolution has length 0, so it has no direction.
  case zeroNorm(tensor: String, tap: Int)

  /// The kind of fault.
  public var kind: FaultKind {
    if case .unknownArchitecture = self { .usage } else { .badData }
  }

  /// One line.
  public var description: String {
    switch self {
    case .invalidConfiguration(let violations):
      "the model's configuration cannot be used: \(firstFew(violations))"
    case .missingConfiguration(let keys):
      "has no configuration of the model, such as encoder_layers and extractor_mode: expected it under cfg.model, cfg,"
        + " config, model_config, model_cfg, args, hparams or hyper_parameters, found the keys \(keys); save it under"
        + " \"cfg\", as {\"model\": {...}, \"task\": {...}}"
    case .contradictoryConfigurations(let contradictions):
      "has configurations that contradict each other: \(firstFew(contradictions)); save it with one of them"
    case .malformedConvLayers(let text, let position, let found, let expected):
      "conv_feature_layers \(quoted(text)) has \(found) at character \(position), expected \(expected)"
    case .tensorsDoNotFit(let problems):
      "not the weights of a LightHuBERT supernet: \(firstFew(problems))"
    case .ambiguousPrefixes(let prefixes, let whole):
      "holds models under several prefixes of names, "
        + firstFew(prefixes.map { $0.isEmpty ? "none" : quoted($0) }, separator: ", ", last: " and ")
        + (whole > 1 ? ", of which \(whole) are whole" : ", of which none is known to be whole")
        + "; save the tensors of one of them alone"
    case .unknownArchitecture(let name):
      "no architecture and no file is called \(quoted(name)); the names are "
        + Architecture.publishedNames.joined(separator: ", ")
    case .invalidArchitecture(let source, let violations):
      // Every violation, however many: whoever wrote the file wants to correct it once.
      "\(source): " + violations.map(\.description).joined(separator: "; ")
    case .notJSON(let source, let fault): "\(source): is not JSON: \(fault)"
    case .notAnArchitecture(let source, let found, let expected):
      "\(source): is \(found), expected \(expected)"
    case .notFinite(let tensor, let index, let value):
      "\(tensor): element \(index) is \(value), expected a finite number; the features would all be NaN"
        + " (--allow-nonfinite, or allow_nonfinite in C, takes such weights)"
    case .zeroNorm(let tensor, let tap):
      "\(tensor): tap \(tap) has length 0, expected a direction to scale (weight norm divides by the length)"
    }
  }
}
