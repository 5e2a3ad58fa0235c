/// One convolution of the feature extractor: no padding, no dilation.
public struct ConvLayer: Sendable, Hashable {
  /// Output channels.
  public var channels: Int
  /// Taps.
  public var kernel: Int
  /// Step in input frames.
  public var stride: Int

  /// A convolution.
  public init(channels: Int, kernel: Int, stride: Int) {
    self.channels = channels
    self.kernel = kernel
    self.stride = stride
  }

  /// The published extractor: (512,10,5), four times (512,3,2), twice (512,2,2).
  public static let published =
    [ConvLayer(channels: 512, kernel: 10, stride: 5)]
    + Array(repeating: ConvLayer(channels: 512, kernel: 3, stride: 2), count: 4)
    + Array(repeating: ConvLayer(channels: 512, kernel: 2, stride: 2), count: 2)
}
