import LHSupernet

extension Model {
  /// Bytes that a run needs at the least beside its output: those of the hidden states, and of the queries, keys and
  /// values of the widest layer.
  package func leastWorkingMemory(frames: Int) -> Int {
    let width = Architecture.headSize * (architecture.headCounts.max() ?? 0)
    return frames * (architecture.embedDim + 3 * width) * MemoryLayout<Float>.stride
  }
}
