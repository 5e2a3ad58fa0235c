package import LHKernelTypes

/// What is added to the scores of attention: a bias by distance and head, times a gate by query and head.
package struct GatedBias {
  /// [heads][2 frames - 1]: the bias of a head for key - query = 1 - frames, ..., frames - 1.
  private let biases: UnsafePointer<Float>
  /// [frames, heads] with `gateStride` between two heads' gates.
  private let gates: UnsafePointer<Float>
  private let gateStride: Int
  private let frames: Int
  /// Heads of the table and the gates.
  private let heads: Int
  /// Which of them each head of the attention has; nil for its own number.
  private let kept: [Int]?

  /// A bias.
  ///
  /// - Parameters:
  ///   - biases: First element of [heads][2 frames - 1].
  ///   - gates: First gate of [frames][heads], `gateStride` floats from each other.
  ///   - kept: Which of the heads the attention has; nil for all.
  package init(
    biases: UnsafePointer<Float>, gates: UnsafePointer<Float>, gateStride: Int, frames: Int, heads: Int, kept: [Int]?
  ) {
    self.biases = biases
    self.gates = gates
    self.gateStride = gateStride
    self.frames = frames
    self.heads = heads
    self.kept = kept
  }

  /// Adds to the scores of a query with some keys.
  func add(
    to scores: UnsafeMutablePointer<Float>, head: Int, query: Int, keys: Range<Int>, kernels: KernelSet
  ) {
    let head = kept.map { $0[head] } ?? head
    kernels.addScaled(
      AddScaledElements(
        x: scores, y: biases + (head * (2 * frames - 1) + keys.lowerBound - query + frames - 1), count: keys.count,
        factor: gates[(query * heads + head) * gateStride]))
  }
}
