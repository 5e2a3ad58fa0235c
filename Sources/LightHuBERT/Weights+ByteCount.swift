import Kernels

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
    let matrices =
      switch taps {
      case .direct(let matrix): [matrix]
      case .fast(let fast): [fast.w0, fast.w1, fast.w2, fast.plus, fast.minus]
      }
    return matrices.reduce(0) { $0 + $1.byteCount } + (rows?.byteCount ?? 0) + (bias?.byteCount ?? 0)
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
    [qkv, output, fc1, fc2].reduce(0) { $0 + $1.byteCount } + attentionNorm.byteCount + finalNorm.byteCount
  }
}

extension AlignedBuffer {
  fileprivate var byteCount: Int { count * MemoryLayout<Float>.stride }
}
