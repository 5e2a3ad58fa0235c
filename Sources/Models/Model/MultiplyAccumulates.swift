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
  /// The two matrices of the FFN in all layers, and those of adapters.
  public private(set) var ffn = 0
  /// The linear layer that a hidden state may be passed through.
  public private(set) var finalProjection = 0

  /// All of them. Like the parts, no more than `Int.max`.
  public var total: Int {
    [extractor, projection, positionConv, attentionProjections, attention, ffn, finalProjection].reduce(
      0, saturatingSum)
  }

  /// Operations for a second of audio in an utterance of `typicalSeconds`: attention makes a second of a longer one
  /// dearer.
  public static func perSecond(_ shape: EncoderShape) -> Int {
    MultiplyAccumulates(shape, samples: typicalSeconds * EncoderShape.sampleRate).total / typicalSeconds
  }

  /// Seconds of the utterance that `perSecond` is about.
  public static let typicalSeconds = 10

  /// Counts a pass of an encoder over a number of samples at 16 kHz.
  public init(_ shape: EncoderShape, samples: Int) {
    var frames = max(samples, 0)
    for layer in shape.convolutions {
      frames = layer.frameCount(forInput: frames)
      extractor = saturatingSum(
        extractor, saturatingProduct(frames, layer.channels, layer.inputChannels, layer.kernel))
    }
    // Every other weight matrix and kernel is used once for each frame.
    for tensor in EncoderLayout(shape).tensors where tensor.shape.count > 1 {
      let operations = saturatingProduct(frames, tensor.count)
      switch tensor.role.module.part {
      case .extractor, .norms: break
      case .projection: projection = saturatingSum(projection, operations)
      case .position: positionConv = saturatingSum(positionConv, operations)
      case .attention: attentionProjections = saturatingSum(attentionProjections, operations)
      case .feedForward, .adapter: ffn = saturatingSum(ffn, operations)
      // Two dot products a head and one number a pair of frames: nothing beside the rest.
      case .attentionBias: break
      case .finalProjection: finalProjection = saturatingSum(finalProjection, operations)
      }
    }
    for case let layer? in shape.layers.map(\.attention) {
      attention = saturatingSum(
        attention, saturatingProduct(2, layer.width, layer.window.pairCount(frames: frames)))
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
