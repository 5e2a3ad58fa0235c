public import LHModel

/// What a family of models calls its tensors in files.
public protocol TensorNames: Sendable {
  /// The name of a module that the family has.
  func name(of module: ModuleRole) -> String
}

extension TensorNames {
  /// The name of a tensor that the family has.
  public func name(of tensor: TensorRole) -> String {
    switch tensor {
    // These are parameters of the module around them, and no modules with a weight.
    case .weight(.channelScale): name(of: .channelScale)
    case .weight(.biasGateScale(let layer)): name(of: .biasGateScale(layer))
    case .weight(let module): name(of: module) + ".weight"
    case .bias(let module): name(of: module) + ".bias"
    }
  }
}
