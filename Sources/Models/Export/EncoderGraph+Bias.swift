import LHModel
import LHONNX
import LHTensorNames

extension EncoderGraph {
  /// What WavLM adds to the scores of a layer, [1, heads, T, T]: a bias by distance, times a gate by frame and head.
  ///
  /// - Parameter x: What the layer's attention reads.
  mutating func gatedBias(_ bias: GatedRelativeBias, _ attention: AttentionShape, _ index: Int, _ x: String) -> String {
    var table = relativeBias(bias, x)
    var gate = gate(bias, attention.headSize, index, x)
    if let heads = attention.biasHeads {
      // The columns and gates of the heads that pruning left.
      let kept = builder.constant(heads)
      table = builder.node("Gather", table, kept, with: .axis(0))
      gate = builder.node("Gather", gate, kept, with: .axis(1))
    }
    return builder.inPart("layer_\(index)/bias") { builder in builder.node("Mul", gate, table) }
  }

  /// The bias of all heads by distance, [heads, T, T]: a column of a table with one for each distance, of which those
  /// beyond the largest are the same.
  private mutating func relativeBias(_ bias: GatedRelativeBias, _ x: String) -> String {
    if let table = shared.bias { return table }
    let role = TensorRole.weight(.relativeBias)
    let reach = bias.maxDistance
    let table = builder.weight(names.name(of: role), [bias.heads, 2 * reach + 1]) { weights in
      let rows = try weights(role)
      return (0..<bias.heads).flatMap { head in
        (-reach...reach).map { rows[bias.bucket(of: $0) * bias.heads + head] }
      }
    }
    let (low, high) = (builder.scalar(-reach), builder.scalar(reach))
    let distances = distances(x)
    let all = builder.inPart("relative_bias") { builder in
      let places = builder.node("Add", builder.node("Clip", distances, low, high), high)
      return builder.node("Gather", table, places, with: .axis(1))
    }
    shared.bias = all
    return all
  }

  /// The gate of a layer, [1, heads, T, 1]: a (b c - 1) + 2, where a and b are sigmoids of sums of four numbers that a
  /// linear layer makes of what lies in a head's place of x, and c a factor of the head.
  ///
  /// The rows that would be summed are summed before.
  private mutating func gate(_ bias: GatedRelativeBias, _ size: Int, _ index: Int, _ x: String) -> String {
    let (linear, shift) = (TensorRole.weight(.biasGate(index)), TensorRole.bias(.biasGate(index)))
    let terms = GatedRelativeBias.gateWidth / 2
    func sum(_ values: [Float], _ part: Int, _ column: Int, of columns: Int) -> Float {
      Float((part * terms..<(part + 1) * terms).reduce(0.0) { $0 + Double(values[$1 * columns + column]) })
    }
    let matrix = builder.weight(names.name(of: linear), [size, 2]) { weights in
      let rows = try weights(linear)
      return (0..<size).flatMap { column in (0..<2).map { sum(rows, $0, column, of: size) } }
    }
    let added = builder.weight(names.name(of: shift), [2]) { weights in
      let values = try weights(shift)
      return (0..<2).map { sum(values, $0, 0, of: 1) }
    }
    let scale = weight(.weight(.biasGateScale(index)), [1, bias.heads, 1, 1])
    let split = builder.constant([1, -1, bias.heads, size])
    let (one, two) = (builder.constant(1), builder.constant(2))
    let (zeroth, first, second, axis) = (
      builder.constant([0]), builder.constant([1]), builder.constant([2]), builder.constant([3])
    )
    return builder.inPart("layer_\(index)/gate") { builder in
      let heads = builder.node("Transpose", builder.node("Reshape", x, split), with: .permutation([0, 2, 1, 3]))
      let sigmoids = builder.node("Sigmoid", builder.node("Add", builder.node("MatMul", heads, matrix), added))
      let alpha = builder.node("Slice", sigmoids, zeroth, first, axis)
      let beta = builder.node("Slice", sigmoids, first, second, axis)
      let inner = builder.node("Sub", builder.node("Mul", beta, scale), one)
      return builder.node("Add", builder.node("Mul", alpha, inner), two)
    }
  }
}
