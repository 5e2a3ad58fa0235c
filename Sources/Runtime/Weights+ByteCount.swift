import LHKernels

extension Model {
  /// Bytes of the packed weights: what a model holds whatever it runs on.
  package var weightByteCount: Int { weights.byteCount }
}

extension Weights {
  fileprivate var byteCount: Int {
    convs.reduce(0) { $0 + $1.byteCount } + featureNorm.byteCount + (projection?.byteCount ?? 0)
      + position.reduce(0) { $0 + $1.byteCount } + encoderNorm.byteCount
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
    [attention?.qkv, attention?.output, feedForward?.input, feedForward?.output].reduce(0) { $0 + ($1?.byteCount ?? 0) }
      + attentionNorm.byteCount + feedForwardNorm.byteCount
  }
}
