import LHModel

extension EncoderShape {
  /// Why the runtime does not compute the shape, as the rest of a sentence about a file; nil when it does.
  var unsupported: String? {
    if let contradiction = contradictions.first { return "contradicts itself: \(contradiction)" }
    if let index = convolutions.dropFirst().firstIndex(where: { $0.norm == .group }) {
      return "has a group norm behind convolution \(index), which is computed behind the first one only"
    }
    switch position?.kind {
    case .layered where position?.layers.count == 1:
      return "has a layer norm behind a single position convolution, which is computed behind several only"
    case .layered, .weightNormed, .batchNormed, nil: return nil
    }
  }
}
