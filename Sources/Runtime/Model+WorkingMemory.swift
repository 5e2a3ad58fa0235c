import LHModel

extension Model {
  /// Bytes that a run needs at the least beside its output: those of the hidden states, and of the queries, keys and
  /// values of the widest layer.
  package func leastWorkingMemory(frames: Int) -> Int {
    frames * (shape.width + 3 * shape.widestAttention) * MemoryLayout<Float>.stride
  }
}
