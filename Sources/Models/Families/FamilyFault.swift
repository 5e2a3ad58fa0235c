public import LHConfiguration
public import LHSystem
public import LHTensorNames

/// Why the files of a model are none that is computed here. Said without the files' name: whoever opened them puts it
/// in front.
public enum FamilyFault: Fault, Equatable {
  /// Nothing tells what model it is.
  case notRecognized(found: String)
  /// It is a model that is known and not computed.
  case unsupported(what: String)
  /// A torchaudio state dict of another width than the published ones, so that nothing tells its heads.
  case unknownHeads(width: Int)
  /// A LightHuBERT supernet, of which a subnet must be named.
  case isSupernet
  /// Values of the configuration that are not understood or out of range.
  case invalidConfiguration([Violation])
  /// What the configuration and the tensors say cannot be computed.
  case contradictory(String)
  /// `conv_feature_layers` is not a list of (channels, kernel, stride).
  case malformedConvLayers(String)
  /// The configuration and the tensors do not go together.
  case tensorsDoNotFit(ModelTitle, [TensorProblem])
  /// There are models under several prefixes of names.
  case ambiguousPrefixes([String])
  /// A weight is NaN or infinite.
  case notFinite(tensor: String, index: Int, value: String)
  /// A tap of a weight-normed convolution has length 0, so it has no direction.
  case zeroNorm(tensor: String, tap: Int)

  /// The kind of fault.
  public var kind: FaultKind { self == .isSupernet ? .usage : .badData }

  /// One line.
  public var description: String {
    switch self {
    case .notRecognized(let found):
      "is no model that is known here: looked for a Hugging Face config.json beside the weights, for fairseq's cfg or"
        + " args, for the forms of s3prl, DistilHuBERT, DPHuBERT and WavLM, and for torchaudio's names of tensors;"
        + " found \(found)"
    case .unsupported(let what): "is \(what), which is not computed here"
    case .unknownHeads(let width):
      "is a torchaudio state dict of width \(width), which does not say how many heads its layers have; say it with"
        + " --heads"
    case .isSupernet:
      "is a LightHuBERT supernet, which is no model by itself: name a subnet with --arch, base-min, base-default,"
        + " base-max, small-min, small-default, small-max or a file"
    case .invalidConfiguration(let violations):
      "the model's configuration cannot be used: \(firstFew(violations))"
    case .contradictory(let what): "the model's configuration cannot be used: \(what)"
    case .malformedConvLayers(let text): "the model's configuration cannot be used: conv_feature_layers \(text)"
    case .tensorsDoNotFit(let title, let problems):
      "not the weights of \(title): \(firstFew(problems))"
    case .ambiguousPrefixes(let prefixes):
      "holds models under several prefixes of names, "
        + firstFew(prefixes.map { $0.isEmpty ? "none" : quoted($0) }, separator: ", ", last: " and ")
        + "; save the tensors of one of them alone"
    case .notFinite(let tensor, let index, let value):
      "\(tensor): element \(index) is \(value), expected a finite number; the features would all be NaN"
        + " (--allow-nonfinite, or allow_nonfinite in C, takes such weights)"
    case .zeroNorm(let tensor, let tap):
      "\(tensor): tap \(tap) has length 0, expected a direction to scale (weight norm divides by the length)"
    }
  }
}

/// What a model is called, with the file that it came in: "HuBERT Base, fairseq checkpoint".
public struct ModelTitle: Sendable, Hashable, CustomStringConvertible {
  /// Its family and, when it has a published size, that.
  public let name: String
  /// The kind of file.
  public let container: String

  /// Both.
  public var description: String { "\(name), \(container)" }
}
