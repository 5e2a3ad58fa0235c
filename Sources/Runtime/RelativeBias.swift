import Glibc
import LHKernels
import LHModel

extension RelativeBiasWeights {
  /// Writes the bias of each head for key - query = 1 - frames, ..., frames - 1: [heads][2 frames - 1].
  func spread(frames: Int, to target: UnsafeMutablePointer<Float>) {
    let count = 2 * frames - 1
    for place in 0..<count {
      let row = table.start + shape.bucket(of: place - (frames - 1)) * shape.heads
      for head in 0..<shape.heads { target[head * count + place] = row[head] }
    }
  }
}

extension BiasGateWeights {
  /// Frames of a task.
  private static let blockFrames = 64

  /// Writes the gates of all frames and heads, [frames, heads, 2], the gate first.
  ///
  /// - Parameter input: What the attention reads, [frames, E]: a head's gate depends on its part of that.
  func fill(
    _ gates: UnsafeMutablePointer<Float>, from input: UnsafePointer<Float>, frames: Int,
    with multiplier: MatrixMultiplier, on pool: WorkerPool
  ) {
    let heads = scales.count
    let depth = matrix.depth
    let block = BiasGateWeights.blockFrames
    pool.run((frames + block - 1) / block) { task, _ in
      let first = task * block * heads
      let rows = min(block, frames - task * block) * heads
      let sums = gates + 2 * first
      // The parts of a frame are the rows of a matrix.
      matrix.multiply(
        MatrixProduct(rows: rows, a: input + first * depth, aStride: depth, c: sums, cStride: 2), with: multiplier)
      for row in 0..<rows {
        let (alpha, beta) = (sigmoid(sums[2 * row]), sigmoid(sums[2 * row + 1]))
        sums[2 * row] = Float(alpha * (beta * Double(scales.start[row % heads]) - 1) + 2)
      }
    }
  }
}

private func sigmoid(_ x: Float) -> Double { 1 / (1 + exp(-Double(x))) }
