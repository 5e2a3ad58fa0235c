import LHKernels

extension Model {
  /// Bytes of the packed weights: what a model holds whatever it runs on.
  package var weightByteCount: Int { weights.byteCount }
}

extension Weights {
  fileprivate var byteCount: Int {
    convs.reduce(0) { $0 + $1.byteCount } + (channelScale?.byteCount ?? 0) + (featureNorm?.byteCount ?? 0)
      + (projection?.byteCount ?? 0)
      + position.reduce(0) { $0 + $1.byteCount } + encoderNorm.byteCount
      + (positionNorm?.byteCount ?? 0) + (relativeBias?.table.byteCount ?? 0) + (finalProjection?.byteCount ?? 0)
      + layers.reduce(0) { $0 + $1.byteCount }
  }
}

extension NormWeights {
  fileprivate var byteCount: Int { gain.byteCount + bias.byteCount }
}

extension ConvWeights {
  fileprivate var byteCount: Int {
    let tapBytes =
      switch taps {
      case .direct(let matrix): matrix.byteCount
      case .strided(let convolution): convolution.byteCount
      }
    return tapBytes + (rows?.byteCount ?? 0) + (bias?.byteCount ?? 0)
      + (norm?.byteCount ?? 0)
  }
}

extension PositionWeights {
  fileprivate var byteCount: Int {
    switch self {
    case .direct(let layer): layer.groups.reduce(0) { $0 + $1.byteCount }
    case .fourier(let convolution): convolution.byteCount
    }
  }
}

extension LayerWeights {
  fileprivate var byteCount: Int {
    let matrices = [
      attention?.qkv, attention?.output, attention?.gate?.matrix, feedForward?.input, feedForward?.output,
      adapter?.matrices.input, adapter?.matrices.output,
    ]
    return matrices.reduce(0) { $0 + ($1?.byteCount ?? 0) } + attentionNorm.byteCount + feedForwardNorm.byteCount
      + (attention?.gate?.scales.byteCount ?? 0) + (adapter?.norm.byteCount ?? 0)
  }
}
