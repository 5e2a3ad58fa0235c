import LHModel
import LHONNX

/// What a sliding window lets a frame see, as numbers that are added to scores.
struct WindowMask {
  /// Which frames are seen, [T, T], truth values.
  let frames: String
  /// Scores of the rows of zeros before the first frame, [T, size / 2]: 0 for one that is seen, else minus infinity.
  let zeros: String
}

extension EncoderGraph {
  /// The softmax of scores [1, heads, T, T] within a window.
  ///
  /// As many rows of zeros stand before the first frame as bring the length, once rounded up to the sequence multiple,
  /// to a multiple of the window. Those that a frame sees take part with score 0 and value 0: their weights are
  /// computed and left out.
  mutating func windowed(_ scores: String, heads: Int, _ size: Int, _ x: String) -> String {
    let mask = windowMask(size, x)
    let hidden = builder.constant(-Float.infinity)
    let count = frameCount(x)
    let (zeros, start, axis) = (builder.constant([1, heads, 1, 1]), builder.constant([0]), builder.constant([3]))
    return builder.inPart("window_\(size)") { builder in
      let seen = builder.node("Where", mask.frames, scores, hidden)
      let before = builder.node("Expand", mask.zeros, zeros)
      let weights = builder.node(
        "Softmax", builder.node("Concat", seen, before, with: .axis(3)), with: .axis(-1))
      return builder.node("Slice", weights, start, count, axis)
    }
  }

  private mutating func windowMask(_ size: Int, _ x: String) -> WindowMask {
    if let mask = shared.windows[size] { return mask }
    let half = size / 2
    let distances = distances(x)
    let (places, count) = (places(x), frameCount(x))
    let (reach, window, zero) = (builder.scalar(half), builder.scalar(size), builder.scalar(0))
    let (multiple, less) = (builder.scalar(shape.sequenceMultiple), builder.scalar(shape.sequenceMultiple - 1))
    let (seenScore, hidden) = (builder.constant(0), builder.constant(-Float.infinity))
    let (columns, last) = (builder.constant(Array(0..<half)), builder.constant([1]))
    let mask = builder.inPart("window_\(size)") { builder in
      let frames = builder.node("LessOrEqual", builder.node("Abs", distances), reach)
      // Zeros P before the first frame, of which frame t sees P - max(P + t - size / 2, 0), if that is above 0.
      let rounded = builder.node("Mul", builder.node("Div", builder.node("Add", count, less), multiple), multiple)
      let padding = builder.node("Mod", builder.node("Sub", window, builder.node("Mod", rounded, window)), window)
      let first = builder.node("Sub", builder.node("Add", padding, places), reach)
      let seen = builder.node("Sub", padding, builder.node("Max", first, zero))
      let isSeen = builder.node("Less", columns, builder.node("Unsqueeze", seen, last))
      return WindowMask(frames: frames, zeros: builder.node("Where", isSeen, seenScore, hidden))
    }
    shared.windows[size] = mask
    return mask
  }
}
