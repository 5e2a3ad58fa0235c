import LHModel
import LHONNX

extension EncoderGraph {
  /// What a layer makes of hidden states [1, frames, width].
  ///
  /// With norms behind, both are applied even where a part is absent; with norms before, the part's own goes with it.
  mutating func layer(_ index: Int, _ x: String) -> String {
    let layer = shape.layers[index]
    let part = "layer_\(index)"
    let isBefore = shape.normPlacement == .before
    var x = x
    if let attention = layer.attention {
      let operand = isBefore ? norm(x, .attentionNorm(index), part: "\(part)/attention_norm") : x
      x = builder.node("Add", x, self.attention(attention, index, operand))
    }
    if !isBefore { x = norm(x, .attentionNorm(index), part: "\(part)/attention_norm") }
    if let width = layer.feedForwardWidth {
      let operand = isBefore ? norm(x, .feedForwardNorm(index), part: "\(part)/feed_forward_norm") : x
      x = builder.node("Add", x, feedForward(width, index, operand))
    }
    if !isBefore { x = norm(x, .feedForwardNorm(index), part: "\(part)/feed_forward_norm") }
    if let width = layer.adapterWidth { x = builder.node("Add", x, adapter(width, index, x)) }
    return x
  }

  private mutating func feedForward(_ width: Int, _ index: Int, _ x: String) -> String {
    let part = "layer_\(index)/feed_forward"
    let inner = linear(x, .feedForwardInput(index), output: width, input: shape.width, part: part)
    let active = shape.activation == .gelu ? gelu(inner) : builder.node("Relu", inner)
    return linear(active, .feedForwardOutput(index), output: shape.width, input: width, part: part)
  }

  private mutating func adapter(_ width: Int, _ index: Int, _ x: String) -> String {
    let part = "layer_\(index)/adapter"
    let normed = norm(x, .adapterNorm(index), part: part)
    let inner = linear(normed, .adapterInput(index), output: width, input: shape.width, part: part)
    return linear(
      builder.node("Relu", inner), .adapterOutput(index), output: shape.width, input: width, part: part)
  }

  /// Attention of all heads at once: [1, heads, frames, head size] each.
  private mutating func attention(_ attention: AttentionShape, _ index: Int, _ x: String) -> String {
    let part = "layer_\(index)/attention"
    let (heads, size) = (attention.heads, attention.headSize)
    let split = builder.constant([1, -1, heads, size])
    let scale = builder.constant(1 / Float(size).squareRoot())

    let query = linear(x, .query(index), output: attention.width, input: shape.width, part: part)
    let key = linear(x, .key(index), output: attention.width, input: shape.width, part: part)
    let value = linear(x, .value(index), output: attention.width, input: shape.width, part: part)
    func byHead(_ builder: inout GraphBuilder, _ y: String, _ axes: [Int]) -> String {
      builder.node("Transpose", builder.node("Reshape", y, split), with: .permutation(axes))
    }
    var (scores, values) = builder.inPart(part) { builder in
      let queries = byHead(&builder, builder.node("Mul", query, scale), [0, 2, 1, 3])
      let keys = byHead(&builder, key, [0, 2, 3, 1])
      return (builder.node("MatMul", queries, keys), byHead(&builder, value, [0, 2, 1, 3]))
    }
    if case .gatedRelative(let bias) = shape.attentionBias {
      scores = builder.node("Add", scores, gatedBias(bias, attention, index, x))
    }
    let weights: String
    switch attention.window {
    case .global: weights = builder.node("Softmax", scores, with: .axis(-1))
    case .sliding(let window): weights = windowed(scores, heads: heads, window, x)
    }
    let whole = builder.constant([1, -1, attention.width])
    let joined = builder.inPart(part) { builder in
      let context = builder.node("MatMul", weights, values)
      return builder.node(
        "Reshape", builder.node("Transpose", context, with: .permutation([0, 2, 1, 3])), whole)
    }
    return linear(
      joined, .attentionOutput(index), output: shape.width, input: attention.width, part: part)
  }

  // MARK: What layers share

  /// Frames T, as a list of one number.
  mutating func frameCount(_ x: String) -> String {
    if let count = shared.frameCount { return count }
    let count = builder.node(
      "Shape", x, with: [ONNXAttribute("start", .integer(1)), ONNXAttribute("end", .integer(2))])
    shared.frameCount = count
    return count
  }

  /// The places of the frames, 0..<T.
  mutating func places(_ x: String) -> String {
    let count = builder.node("Squeeze", frameCount(x))
    return builder.node("Range", builder.scalar(0), count, builder.scalar(1))
  }

  /// Key - query, [T, T].
  mutating func distances(_ x: String) -> String {
    if let distances = shared.distances { return distances }
    let places = places(x)
    let keys = builder.node("Unsqueeze", places, builder.constant([0]))
    let queries = builder.node("Unsqueeze", places, builder.constant([1]))
    let distances = builder.node("Sub", keys, queries)
    shared.distances = distances
    return distances
  }
}
