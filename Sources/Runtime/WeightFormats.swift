import LHKernels
import LHModel

/// Decides which matrix is packed in which number format.
struct WeightFormats {
  /// Number formats of the products, not `auto`.
  let precision: Precision
  let source: TensorSource

  /// The format of a matrix that is packed from these tensors.
  ///
  /// - Parameter isAttention: Whether it belongs to the attention's projections.
  func format(of tensors: [TensorRole], isAttention: Bool = false) -> MatrixFormat {
    switch precision {
    case .auto, .f32: return .float32
    case .bf16: return .bfloat16
    case .int8Mixed where isAttention: return .bfloat16
    case .int8, .int8Mixed:
      // Tensors of one matrix share their rows, and so their outliers.
      guard let first = tensors.first, let outliers = source.outliers(first) else { return .bfloat16 }
      return tensors.allSatisfy { source.outliers($0) == outliers } ? .int8(outliers: outliers) : .bfloat16
    }
  }
}
