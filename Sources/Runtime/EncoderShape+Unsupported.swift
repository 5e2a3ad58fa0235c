import LHKernels
import LHModel

extension EncoderShape {
  /// What of the shape the runtime does not compute, in words; nil when it computes all of it.
  var unsupported: String? {
    if position?.kind == .batchNormed { return "a batch norm before the position convolution" }
    if let width = finalProjection { return "a projection of the last hidden state to \(width)" }
    return nil
  }
}
