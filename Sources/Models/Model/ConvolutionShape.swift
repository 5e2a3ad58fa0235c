/// One convolution of the feature extractor, with what follows it: no padding, no dilation, then a norm and GELU.
public struct ConvolutionShape: Sendable, Hashable {
  /// Channels of the input; 1 for the first one, which sees the samples.
  public var inputChannels: Int
  /// Output channels.
  public var channels: Int
  /// Taps.
  public var kernel: Int
  /// Step in input frames.
  public var stride: Int
  /// Whether a bias is added.
  public var hasBias: Bool
  /// The norm of the output; nil for none.
  public var norm: ConvolutionNorm?

  /// A convolution.
  public init(
    inputChannels: Int, channels: Int, kernel: Int, stride: Int, hasBias: Bool = false, norm: ConvolutionNorm? = nil
  ) {
    self.inputChannels = inputChannels
    self.channels = channels
    self.kernel = kernel
    self.stride = stride
    self.hasBias = hasBias
    self.norm = norm
  }

  /// Output frames for a number of input frames; 0 when the input is shorter than the kernel.
  public func frameCount(forInput count: Int) -> Int { count < kernel ? 0 : (count - kernel) / stride + 1 }
}

/// The norm of a convolution's output.
public enum ConvolutionNorm: Sendable, Hashable {
  /// Over the channels of a frame.
  case layer
  /// Over the frames of a channel: a group norm with one channel a group.
  case group
}

extension [ConvolutionShape] {
  /// Frames T for a number of samples; 0 when they are too few for one frame.
  public func frameCount(forSamples count: Int) -> Int { reduce(count) { $1.frameCount(forInput: $0) } }

  /// The fewest samples that give a frame: 400 with the published extractor; `Int.max` when it is beyond any number.
  public var minimumSampleCount: Int {
    var count = 1
    for layer in reversed() {
      let (steps, isTooMany) = (count - 1).multipliedReportingOverflow(by: layer.stride)
      let (sum, isTooLarge) = steps.addingReportingOverflow(layer.kernel)
      guard !isTooMany, !isTooLarge else { return .max }
      count = sum
    }
    return count
  }

  /// Samples from a frame to the next: 320 with the published extractor; `Int.max` when it is beyond any number.
  public var hop: Int {
    var hop = 1
    for layer in self {
      let (product, isTooLarge) = hop.multipliedReportingOverflow(by: layer.stride)
      guard !isTooLarge else { return .max }
      hop = product
    }
    return hop
  }
}
