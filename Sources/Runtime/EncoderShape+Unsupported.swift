import LHKernels
import LHModel

extension EncoderShape {
  /// Why the runtime does not compute the shape, as the rest of a sentence about a file; nil when it does.
  var unsupported: String? {
    if let contradiction = contradictions.first { return "contradicts itself: \(contradiction)" }
    if let index = convolutions.dropFirst().firstIndex(where: { $0.norm == .group }) {
      return "has a group norm behind convolution \(index), which is computed behind the first one only"
    }
    switch position?.kind {
    case .batchNormed: return "has a batch norm before its position convolution, which is not computed"
    case .layered where position?.layers.count == 1:
      return "has a layer norm behind a single position convolution, which is computed behind several only"
    case .layered, .weightNormed, nil: break
    }
    if finalProjection != nil { return "projects its last hidden state, which is not computed" }
    let sizes = layers.compactMap { $0.attention?.headSize }
    if let size = sizes.first(where: { $0 != Attention.headSize }) {
      return "has attention heads of size \(size), only \(Attention.headSize) is computed"
    }
    return nil
  }
}
