import LHModel
import LHTensorNames

/// Finds the tensors of a model among those of a file, whichever of the forms that occur each has there.
struct TensorFinder {
  private let prefix: String
  private let names: any TensorNames
  private let shapeOf: (String) -> [Int]?
  private let position: PositionShape.Kind

  init(
    _ container: ContainerKind, _ stated: StatedEncoder, prefix: String, shapeOf: @escaping (String) -> [Int]?
  ) {
    self.prefix = prefix
    self.shapeOf = shapeOf
    position = stated.positionKind
    names =
      switch container {
      case .huggingFace: HuggingFaceNames(.transformers, position: stated.positionKind)
      case .pruned, .torchaudio: HuggingFaceNames(.torchaudio, position: stated.positionKind)
      case .fairseq, .microsoft, .s3prl, .distiller, .exported:
        FairseqNames(extractorNorm: stated.extractorNorm, position: stated.positionKind)
      }
  }

  /// The name of a tensor in the file, there or not.
  func name(_ role: TensorRole) -> String { prefix + names.name(of: role) }

  /// The shape of a tensor in the file; nil when it is not there.
  func shape(_ role: TensorRole) -> [Int]? { shapeOf(name(role)) }

  /// Whether a tensor is in the file.
  func has(_ role: TensorRole) -> Bool { shape(role) != nil }

  /// What a tensor is made from. Nothing is checked but which forms are there.
  func source(of tensor: EncoderTensor) -> FamilyTensor.Source {
    switch tensor.role {
    case .weight(.position(0)) where position != .layered: return positionWeight(tensor.role)
    case .bias(.position(0)) where position == .batchNormed && !has(tensor.role):
      return .whole(olderBatchNorm("1.bias"))
    case .weight(.positionNorm), .bias(.positionNorm):
      let gain = name(.weight(.positionNorm))
      var place = String(gain.dropLast(".weight".count))
      if shapeOf(gain) == nil, shapeOf(olderBatchNorm("0.weight")) != nil {
        place = String(olderBatchNorm("0.weight").dropLast(".weight".count))
      }
      let norm = BatchNormNames(place: place)
      return tensor.role == .weight(.positionNorm) ? .batchNormGain(norm) : .batchNormBias(norm)
    case .weight(.query(let layer)), .weight(.key(let layer)), .weight(.value(let layer)):
      return packed(tensor, name(.weight(.attentionOutput(layer))), "weight") ?? .whole(name(tensor.role))
    case .bias(.query(let layer)), .bias(.key(let layer)), .bias(.value(let layer)):
      return packed(tensor, name(.weight(.attentionOutput(layer))), "bias") ?? .whole(name(tensor.role))
    case .weight(.attentionOutput), .bias(.attentionOutput):
      // torchaudio's WavLM has PyTorch's own attention inside its own.
      let plain = name(tensor.role)
      let inner = plain.replacingSuffix(".out_proj", with: ".attention.out_proj")
      return .whole(shapeOf(plain) == nil && shapeOf(inner) != nil ? inner : plain)
    default: return .whole(name(tensor.role))
    }
  }

  /// A third of the rows of torchaudio's packed queries, keys and values; nil where they are not packed.
  private func packed(_ tensor: EncoderTensor, _ output: String, _ kind: String) -> FamilyTensor.Source? {
    guard shapeOf(name(tensor.role)) == nil, let place = output.range(ofSuffix: ".out_proj.weight") else { return nil }
    let packed = "\(output[..<place]).attention.in_proj_\(kind)"
    guard let shape = shapeOf(packed), let rows = tensor.shape.first, shape.first == 3 * rows else { return nil }
    let third =
      switch tensor.role.module {
      case .query: 0
      case .key: 1
      default: 2
      }
    return .rows(packed, third * rows..<(third + 1) * rows)
  }

  /// The kernel of the position convolution, by weight norm in either of PyTorch's forms, or plain.
  private func positionWeight(_ role: TensorRole) -> FamilyTensor.Source {
    let plain = name(role)
    let factors = FairseqNames.weightNorm(of: plain)
    let parametrization = String(plain.dropLast("weight".count)) + "parametrizations.weight.original"
    for (length, direction) in [(factors.length, factors.direction), (parametrization + "0", parametrization + "1")]
    where shapeOf(direction) != nil || shapeOf(length) != nil {
      return .weightNorm(length: length, direction: direction)
    }
    if position == .batchNormed, shapeOf(plain) == nil { return .whole(olderBatchNorm("1.weight")) }
    // Without any of them, the form that is usual is the one that is missed.
    return shapeOf(plain) == nil && position == .weightNormed
      ? .weightNorm(length: factors.length, direction: factors.direction) : .whole(plain)
  }

  /// A tensor of the batch-normed position convolution as transformers once called it.
  private func olderBatchNorm(_ part: String) -> String { "\(prefix)encoder.pos_conv_embed.conv.\(part)" }
}

extension String {
  /// Where a suffix begins; nil when the text does not end with it.
  fileprivate func range(ofSuffix suffix: String) -> String.Index? {
    hasSuffix(suffix) ? index(endIndex, offsetBy: -suffix.count) : nil
  }

  /// The text with what stands before its last part replaced, where it ends as `old` and that part do.
  fileprivate func replacingSuffix(_ old: String, with new: String) -> String {
    guard let dot = lastIndex(of: "."), self[..<dot].hasSuffix(old) else { return self }
    return String(self[..<dot].dropLast(old.count)) + new + self[dot...]
  }
}
