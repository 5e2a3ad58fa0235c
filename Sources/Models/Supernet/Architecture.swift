public import LHModel

/// One subnet of the supernet: the five dimensions that are searched, and the attention windows.
///
/// Per-layer lists have `layerCount` entries; entry l belongs to the l-th kept layer. Names in files: `embed_dim`,
/// `heads_num`, `atten_dim` (always 64 `heads_num`), `ffn_embed`, `layer_num`, `slide_wsz`.
public struct Architecture: Sendable, Hashable {
  /// Width E of the hidden states.
  public var embedDim: Int
  /// Attention heads H of each layer; the size of a head is always 64.
  public var headCounts: [Int]
  /// FFN width F of each layer.
  public var ffnDims: [Int]
  /// What each layer's attention sees.
  public var windows: [AttentionWindow]

  /// Size of an attention head, in every subnet.
  public static let headSize = 64

  /// Number of kept layers L.
  public var layerCount: Int { headCounts.count }

  /// An architecture; the lists must have the same length. Nothing else is checked here.
  public init(embedDim: Int, headCounts: [Int], ffnDims: [Int], windows: [AttentionWindow]? = nil) {
    self.embedDim = embedDim
    self.headCounts = headCounts
    self.ffnDims = ffnDims
    self.windows = windows ?? Array(repeating: .global, count: headCounts.count)
    precondition(ffnDims.count == headCounts.count && self.windows.count == headCounts.count)
  }

  /// The attention width A of each layer, 64 times its head count.
  public var attentionDims: [Int] { headCounts.map { $0 * Architecture.headSize } }
}

extension ModelConfig {
  /// The supernet as an architecture: all of everything.
  public var wholeArchitecture: Architecture {
    .uniform(
      embedDim: encoderEmbedDim, heads: encoderHeads, ffnDim: encoderFFNDim, layerCount: encoderLayers)
  }
}
