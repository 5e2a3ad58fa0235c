import LHQuantization

/// Which element types tensors are stored in.
public enum WeightsChoice: String, Sendable, Hashable, CaseIterable {
  /// float16 where every value of the tensor survives that unchanged, else float32.
  case auto
  /// Always float32.
  case f32
  /// Always float16, rounded to nearest.
  case f16
  /// bfloat16, rounded to nearest, for the tensors that may be quantised; float16 for the other matrices and
  /// convolutions, and the rest as `auto` has it.
  case bf16
  /// As `bf16`, but int8 with scales where quantising does not cost too much.
  case int8
}

/// What is to become of a tensor in a file.
enum TensorForm: Sendable, Hashable {
  case float32
  case float16
  case bfloat16
  /// `outliers` are input channels with scales of their own, rising.
  case int8(outliers: [Int])
  /// float16 where every value survives that unchanged, else float32.
  case lossless
  /// float16 where that rounds the tensor as a whole no more than it rounds a single number in its range, else
  /// lossless.
  case nearlyLossless

  /// The first version of the format that has the element types that it may lead to.
  var firstVersion: UInt32 {
    switch self {
    case .bfloat16: StoredElementType.bfloat16.firstVersion
    case .int8: StoredElementType.int8.firstVersion
    case .float32, .float16, .lossless, .nearlyLossless: StoredElementType.float32.firstVersion
    }
  }
}

extension SubnetWriter {
  /// What becomes of a tensor by `provenance.weights`.
  func form(of tensor: NamedTensor) -> TensorForm {
    switch provenance.weights {
    case .auto: .lossless
    case .f32: .float32
    case .f16: .float16
    case .bf16 where tensor.isQuantizable: .bfloat16
    case .int8 where tensor.isQuantizable:
      if let decision = plan?[tensor: tensor.role] {
        decision.isInt8 ? .int8(outliers: decision.outliers) : .bfloat16
      } else {
        .int8(outliers: [])
      }
    case .bf16, .int8: tensor.shape.count > 1 ? .nearlyLossless : .lossless
    }
  }
}
