public import LHModel
public import LHSupernet
import LHTensorNames

/// The tensors of a subnet in the order of the forward pass, and where each is cut from. Their shapes are those of
/// `EncoderLayout`, of the subnet and of the whole supernet; a cut is what lies between the two.
///
/// The architecture must fit the configuration (`Architecture.violations(in:)` is empty).
public struct SubnetLayout: Sendable {
  /// What the subnet computes.
  public let shape: EncoderShape
  /// The tensors in order.
  public let tensors: [SubnetTensor]
  private let layout: EncoderLayout

  /// The layout of a subnet.
  public init(config: ModelConfig, architecture: Architecture) {
    let subnet = EncoderShape(config: config, architecture: architecture)
    let supernet = EncoderShape(config: config, architecture: config.wholeArchitecture)
    let kept =
      KeptLayers.indices(architecture.layerCount, of: config.encoderLayers) ?? Array(0..<architecture.layerCount)
    let whole = EncoderLayout(supernet)
    // The units of the FFN lie in blocks as wide as the supernet, so that the FFN ratio can be searched too.
    func cut(_ tensor: EncoderTensor, axis: Int, of full: Int) -> AxisCut {
      let count = tensor.shape[axis]
      return axis == tensor.role.hiddenAxis
        ? .blocks(count, of: full, blockSize: supernet.width, perBlock: subnet.width) : .prefix(count, of: full)
    }
    let (subnetNames, supernetNames) = (FairseqNames(subnet), FairseqNames(supernet))
    shape = subnet
    layout = EncoderLayout(subnet)
    tensors = layout.tensors.map { tensor in
      let source = tensor.role.inLayer { kept[$0] }
      let full = whole[source]?.shape ?? tensor.shape
      return SubnetTensor(
        tensor: tensor, name: subnetNames.name(of: tensor.role), source: supernetNames.name(of: source),
        axes: full.indices.map { cut(tensor, axis: $0, of: full[$0]) },
        isWeightNormed: source == .weight(.position(0)) && supernet.position?.kind == .weightNormed)
    }
  }

  /// The tensor of a role; nil when the subnet has none.
  public subscript(role: TensorRole) -> SubnetTensor? { layout.place(of: role).map { tensors[$0] } }
}

extension TensorRole {
  /// The axis of the units of an FFN; nil when there is none.
  fileprivate var hiddenAxis: Int? {
    switch self {
    case .weight(.feedForwardInput), .bias(.feedForwardInput): 0
    case .weight(.feedForwardOutput): 1
    default: nil
    }
  }
}
