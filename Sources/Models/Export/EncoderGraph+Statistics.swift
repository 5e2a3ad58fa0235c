import LHModel
import LHONNX

/// Norms over time. Their sums have as many terms as there are frames or samples, and programs that run graphs add them
/// up in float32, one after the other: InstanceNormalization of ONNX Runtime is ten times less exact than everything
/// around it. So sums are made of blocks here.
extension EncoderGraph {
  /// Terms that are added up at a time.
  private static let block = 256

  /// A group norm with one channel a group: each channel of x [1, channels, frames] over its frames.
  mutating func groupNorm(_ x: String, _ module: ModuleRole, channels: Int, part: String) -> String {
    let gain = weight(.weight(module), [channels, 1])
    let bias = weight(.bias(module), [channels, 1])
    let (centred, variance) = centred(x, leading: [1, channels], part: part)
    let epsilon = builder.constant(EncoderGraph.epsilon)
    return builder.inPart(part) { builder in
      let deviation = builder.node("Sqrt", builder.node("Add", variance, epsilon))
      return builder.node("Add", builder.node("Mul", centred, builder.node("Div", gain, deviation)), bias)
    }
  }

  /// x without its mean over the last axis, and the mean of the squares of that.
  ///
  /// - Parameter leading: The lengths of the axes before the last one.
  mutating func centred(_ x: String, leading: [Int], part: String) -> (values: String, variance: String) {
    let centred = builder.node("Sub", x, mean(x, leading: leading, part: part))
    return (centred, mean(builder.node("Mul", centred, centred), leading: leading, part: part))
  }

  /// The mean over the last axis, which stays with a length of 1.
  private mutating func mean(_ x: String, leading: [Int], part: String) -> String {
    let block = builder.constant([EncoderGraph.block])
    let others = builder.constant([Int](repeating: 0, count: 2 * leading.count + 1))
    let blocks = builder.constant(leading + [-1, EncoderGraph.block])
    let last = builder.constant([-1])
    return builder.inPart(part) { builder in
      let count = builder.node("Shape", x, with: [ONNXAttribute("start", .integer(-1))])
      // Zeros make the last block whole.
      let missing = builder.node("Mod", builder.node("Sub", block, builder.node("Mod", count, block)), block)
      let padded = builder.node("Pad", x, builder.node("Concat", others, missing, with: .axis(0)))
      let sums = builder.node(
        "ReduceSum", builder.node("Reshape", padded, blocks), last, with: [ONNXAttribute("keepdims", .integer(0))])
      let sum = builder.node("ReduceSum", sums, last, with: [ONNXAttribute("keepdims", .integer(1))])
      return builder.node("Div", sum, builder.node("Cast", count, with: [ONNXAttribute("to", .integer(1))]))
    }
  }
}
