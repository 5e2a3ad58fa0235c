public import LHModel

/// What a family of models calls its tensors in files.
public protocol TensorNames: Sendable {
  /// The name of a tensor that the family has.
  func name(of tensor: TensorRole) -> String
}
