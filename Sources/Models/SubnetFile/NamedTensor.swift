import LHModel

/// A tensor, and what a file calls it.
struct NamedTensor: Sendable {
  let tensor: EncoderTensor
  let name: String

  var role: TensorRole { tensor.role }
  var shape: [Int] { tensor.shape }
  var count: Int { tensor.count }
  var isQuantizable: Bool { tensor.isQuantizable }
}
