/// The multiply-accumulate operations of one forward pass by the direct algorithm, by part. Norms, activations, biases
/// and the softmax are not counted.
public struct MultiplyAccumulates: Sendable, Hashable {
  /// The conv feature extractor.
  public private(set) var extractor = 0
  /// `post_extract_proj`.
  public private(set) var projection = 0
  /// The position convolution.
  public private(set) var positionConv = 0
  /// The four matrices of attention in all layers.
  public private(set) var attentionProjections = 0
  /// Scores and weighted sums of attention in all layers: what grows with the square of the length. A sliding window
  /// counts the frames that are seen.
  public private(set) var attention = 0
  /// The two matrices of the FFN in all layers.
  public private(set) var ffn = 0

  /// All of them. Like the parts, no more than `Int.max`.
  public var total: Int {
    [extractor, projection, positionConv, attentionProjections, attention, ffn].reduce(0, saturatingSum)
  }

  /// Operations for a second of audio in an utterance of `typicalSeconds`: attention makes a second of a longer one
  /// dearer.
  public static func perSecond(config: ModelConfig, architecture: Architecture) -> Int {
    let samples = typicalSeconds * ModelConfig.sampleRate
    return MultiplyAccumulates(config: config, architecture: architecture, samples: samples).total / typicalSeconds
  }

  /// Seconds of the utterance that `perSecond` is about.
  public static let typicalSeconds = 10

  /// Counts a pass of a subnet that fits its supernet over a number of samples at 16 kHz.
  public init(config: ModelConfig, architecture: Architecture, samples: Int) {
    var frames = max(samples, 0)
    var inputChannels = 1
    for layer in config.convLayers {
      frames = layer.frameCount(forInput: frames)
      extractor = saturatingSum(extractor, saturatingProduct(frames, layer.channels, inputChannels, layer.kernel))
      inputChannels = layer.channels
    }
    // Every other weight matrix and kernel is used once for each frame.
    for tensor in SubnetLayout(config: config, architecture: architecture).tensors where tensor.shape.count > 1 {
      let operations = saturatingProduct(frames, tensor.count)
      if tensor.name.hasPrefix("encoder.pos_conv.") {
        positionConv = saturatingSum(positionConv, operations)
      } else if tensor.name.hasPrefix("post_extract_proj.") {
        projection = saturatingSum(projection, operations)
      } else if tensor.name.split(separator: "." as Character).contains("self_attn") {
        attentionProjections = saturatingSum(attentionProjections, operations)
      } else if tensor.name.hasPrefix("encoder.layers.") {
        ffn = saturatingSum(ffn, operations)
      }
    }
    for (width, window) in zip(architecture.attentionDims, architecture.windows) {
      attention = saturatingSum(attention, saturatingProduct(2, width, window.pairCount(frames: frames)))
    }
  }
}

extension AttentionWindow {
  /// How many pairs (frame, frame that it sees) there are.
  fileprivate func pairCount(frames: Int) -> Int {
    switch self {
    case .global: return saturatingProduct(frames, frames)
    case .sliding(let size):
      let reach = min(size / 2, max(frames - 1, 0))
      // All would see 2 * reach + 1 frames; at each end, 1 + 2 + ... + reach of them are missing.
      let full = saturatingProduct(frames, 2 * reach + 1)
      return full == Int.max ? full : full - reach * (reach + 1)
    }
  }
}

private func saturatingSum(_ left: Int, _ right: Int) -> Int {
  let (sum, overflow) = left.addingReportingOverflow(right)
  return overflow ? Int.max : sum
}

private func saturatingProduct(_ factors: Int...) -> Int {
  var product = 1
  for factor in factors {
    let (next, overflow) = product.multipliedReportingOverflow(by: factor)
    if overflow { return Int.max }
    product = next
  }
  return product
}
