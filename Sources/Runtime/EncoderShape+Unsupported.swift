import LHKernels
import LHModel

extension EncoderShape {
  /// What of the shape the runtime does not compute, in words; nil when it computes all of it.
  var unsupported: String? {
    if position?.kind == .batchNormed { return "a batch norm before the position convolution" }
    if let width = finalProjection { return "a projection of the last hidden state to \(width)" }
    let sizes = layers.compactMap { $0.attention?.headSize }
    if let size = sizes.first(where: { $0 != Attention.headSize }) { return "attention heads of size \(size)" }
    return nil
  }
}
