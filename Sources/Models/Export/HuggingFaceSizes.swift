import LHModel

/// The sizes that a Hugging Face model has once for all its layers.
struct HuggingFaceSizes {
  /// Heads H; their size is the width of the hidden states over that.
  let heads: Int
  /// Width F of the FFN.
  let feedForward: Int
  /// Inner width of the adapters; nil for none.
  let adapter: Int?
  /// Layers that are smaller, which zeros fill up.
  let paddedLayers: [Int]

  /// The sizes of a shape.
  ///
  /// - Parameter pads: Whether smaller layers are filled up.
  /// - Throws: `Uneven` with the first layer that is not as the others.
  init(_ shape: EncoderShape, pads: Bool) throws(Uneven) {
    let attentions = shape.layers.compactMap(\.attention)
    let headSize = attentions.first?.headSize ?? 0
    guard headSize > 0, shape.width % headSize == 0 else {
      throw Uneven(
        layer: 0,
        what: headSize == 0
          ? "no attention" : "heads of size \(headSize), of which width \(shape.width) is no multiple",
        isPaddable: false)
    }
    // Where one layer differs from the others, it is that one, whether it is the first or not.
    let feedForward = shape.widestFeedForward
    adapter = shape.layers.first?.adapterWidth
    heads = shape.width / headSize
    self.feedForward = feedForward
    var padded: [Int] = []
    for (index, layer) in shape.layers.enumerated() {
      func uneven(_ what: String, isPaddable: Bool) -> Uneven {
        Uneven(layer: index, what: what, isPaddable: isPaddable)
      }
      let expected = "\(heads), the width \(shape.width) over the size of a head"
      if let attention = layer.attention {
        if attention.headSize != headSize {
          throw uneven("heads of size \(attention.headSize), expected \(headSize)", isPaddable: false)
        }
        if attention.heads > heads {
          throw uneven("\(attention.heads) heads, expected \(expected)", isPaddable: false)
        }
      }
      if layer.adapterWidth != adapter {
        throw uneven(
          layer.adapterWidth.map { "an adapter of width \($0)" } ?? "no adapter", isPaddable: false)
      }
      let isSmaller = layer.attention?.heads != heads || layer.feedForwardWidth != feedForward
      guard isSmaller else { continue }
      if !pads {
        let attention = layer.attention.map { "\($0.heads) heads" } ?? "no attention"
        let isOfHeads = layer.attention?.heads != heads
        throw uneven(
          isOfHeads
            ? "\(attention), expected \(expected)"
            : (layer.feedForwardWidth.map { "an FFN of width \($0)" } ?? "no FFN") + ", expected \(feedForward)",
          isPaddable: true)
      }
      padded.append(index)
    }
    guard feedForward > 0 else { throw Uneven(layer: 0, what: "no FFN, as no layer has one", isPaddable: false) }
    paddedLayers = padded
  }

  /// A layer that is not as the others.
  struct Uneven: Error {
    let layer: Int
    let what: String
    let isPaddable: Bool
  }
}
