/// One layer of the encoder. Either part may be absent, as pruning leaves it; the norms stay.
public struct LayerShape: Sendable, Hashable {
  /// Its attention; nil for none.
  public var attention: AttentionShape?
  /// Width F of its FFN; nil for none.
  public var feedForwardWidth: Int?
  /// Inner width of an adapter after the FFN, with a norm of its own and ReLU; nil for none. Only layers with their
  /// norms before have one.
  public var adapterWidth: Int?

  /// A layer.
  public init(attention: AttentionShape?, feedForwardWidth: Int?, adapterWidth: Int? = nil) {
    self.attention = attention
    self.feedForwardWidth = feedForwardWidth
    self.adapterWidth = adapterWidth
  }
}

/// The attention of a layer.
public struct AttentionShape: Sendable, Hashable {
  /// Heads H.
  public var heads: Int
  /// Width of a head: of its queries, keys and values.
  public var headSize: Int
  /// What a frame attends to.
  public var window: AttentionWindow
  /// Which columns of the attention bias and which gates belong to the heads, rising: pruning removes heads and leaves
  /// the bias whole. Nil where there are as many as heads.
  public var biasHeads: [Int]?

  /// An attention.
  public init(heads: Int, headSize: Int, window: AttentionWindow = .global, biasHeads: [Int]? = nil) {
    self.heads = heads
    self.headSize = headSize
    self.window = window
    self.biasHeads = biasHeads
  }

  /// Width of all heads together.
  public var width: Int { heads * headSize }
}

/// The frames that a frame attends to.
public enum AttentionWindow: Sendable, Hashable {
  /// All of them.
  case global
  /// `size / 2` frames on either side; `size` is even and positive.
  case sliding(size: Int)
}
