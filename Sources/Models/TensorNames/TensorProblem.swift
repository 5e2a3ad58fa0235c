import LHConfiguration

/// One way in which a supernet's tensors and its configuration disagree.
public enum TensorProblem: Sendable, Hashable, CustomStringConvertible {
  /// A tensor that the configuration calls for is not there.
  case missing(tensor: String, shape: [Int])
  /// It is there with another shape.
  case wrongShape(tensor: String, found: [Int], expected: [Int])
  /// Something else than a tensor is there under its name.
  case notATensor(tensor: String, found: String, shape: [Int])
  /// A tensor of the model is there under two names.
  case twice(tensor: String, names: [String])
  /// Tensors inside the encoder or the extractor that are none of the model's: it would compute something else.
  case unused(tensors: [String])
  /// None of the model's tensors is there.
  case noneOfModel(example: String = FairseqNames.marks[0], found: [String])
  /// What is there, or is not, shows that `key` must have another value.
  case contradiction(key: String, value: String, evidence: String, remedy: String)

  /// One line.
  public var description: String {
    switch self {
    case .missing(let tensor, let shape):
      "tensor \(tensor) is missing, expected one of shape \(shape)"
    case .wrongShape(let tensor, let found, let expected):
      "tensor \(tensor) has shape \(found), expected \(expected)"
    case .notATensor(let tensor, let found, let shape):
      "tensor \(tensor) is \(found), expected a tensor of shape \(shape)"
    case .twice(let tensor, let names):
      "tensor \(tensor) is there twice, as \(names.joined(separator: " and as "))"
    case .unused(let tensors):
      "\(tensors.count) \(tensors.count == 1 ? "tensor" : "tensors") inside the encoder or the extractor would not be"
        + " used, so that the model would compute something else: \(firstFew(tensors))"
    case .noneOfModel(let example, let found):
      "none of its tensors, such as \(example), is there; found \(firstFew(found))"
    case .contradiction(let key, let value, let evidence, let remedy):
      "\(key) is \(value) (or that by default), but \(evidence); \(remedy)"
    }
  }

  /// The same with another name of the tensor.
  package func renamed(_ name: (String) -> String) -> TensorProblem {
    if case .wrongShape(let tensor, let found, let expected) = self {
      return .wrongShape(tensor: name(tensor), found: found, expected: expected)
    }
    return self
  }

  private func firstFew(_ names: [String]) -> String {
    let limit = 4
    let shown = names.prefix(limit).map { String(quoted($0).dropFirst().dropLast()) }.joined(separator: ", ")
    return names.count > limit ? "\(shown) and \(names.count - limit) more" : shown
  }
}
