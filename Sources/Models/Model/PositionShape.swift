/// A position convolution: x + f(x) tells the encoder where a frame stands.
///
/// Frames are padded with kernel / 2 zeros on both sides, and the last output of an even kernel is dropped.
public struct PositionShape: Sendable, Hashable {
  /// What f is.
  public var kind: Kind
  /// Groups of channels that do not see each other.
  public var groups: Int
  /// The convolutions.
  public var layers: [Layer]

  /// What a position convolution is made of.
  public enum Kind: Sendable, Hashable {
    /// One convolution and GELU. Training keeps its weight as length and direction of each tap, a model file as one
    /// weight.
    case weightNormed
    /// Several convolutions, each with a layer norm without gain and bias, and GELU.
    case layered
    /// As `weightNormed`, with a plain weight and a batch norm of the input before it.
    case batchNormed
  }

  /// One convolution.
  public struct Layer: Sendable, Hashable {
    /// Channels of the input, of all groups.
    public var inputChannels: Int
    /// Channels of the output, of all groups.
    public var outputChannels: Int
    /// Taps.
    public var kernel: Int

    /// A convolution.
    public init(inputChannels: Int, outputChannels: Int, kernel: Int) {
      self.inputChannels = inputChannels
      self.outputChannels = outputChannels
      self.kernel = kernel
    }
  }

  /// A position convolution.
  public init(kind: Kind, groups: Int, layers: [Layer]) {
    self.kind = kind
    self.groups = groups
    self.layers = layers
  }
}
