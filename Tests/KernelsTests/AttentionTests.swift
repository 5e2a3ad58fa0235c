import Glibc
import KernelTypes
import Kernels
import TestSupport
import Testing

/// Attention in blocks against the plain form in double precision.
@Suite struct AttentionTests {
  struct Shape: CustomTestStringConvertible, Sendable {
    let frames, heads: Int
    var reach: Int?
    var leadingZeros = 0
    var testDescription: String {
      "\(frames) frames, \(heads) heads" + (reach.map { ", \($0) on either side, \(leadingZeros) zeros" } ?? "")
    }
  }

  static let shapes =
    [1, 2, 47, 48, 49, 64, 65, 200].map { Shape(frames: $0, heads: 2) }
    + [(1, 1, 1), (50, 8, 14), (200, 32, 56), (200, 4, 0), (130, 500, 870)].map {
      Shape(frames: $0, heads: 1, reach: $1, leadingZeros: $2)
    } + [Shape(frames: 1100, heads: 1)]

  private func run(_ shape: Shape, _ qkv: [Float], _ multiplier: MatrixMultiplier, queries: Int, threads: Int)
    -> [Float]
  {
    let input = GuardedFloats(qkv, isFenced: true)
    let output = GuardedFloats(Array(repeating: 0, count: shape.frames * shape.heads * 64))
    let keys = Attention.keyCount(frames: shape.frames, heads: shape.heads, kernels: multiplier.kernels)
    let scores = Attention.scoreCount(queryBlock: queries, keys: shape.frames, kernels: multiplier.kernels) * threads
    // Whatever lay in this memory before must not matter.
    let keyRoom = GuardedFloats(Array(repeating: poison, count: keys))
    let scoreRoom = GuardedFloats(Array(repeating: poison, count: scores))
    Attention(
      frames: shape.frames, heads: shape.heads, reach: shape.reach, leadingZeros: shape.leadingZeros, qkv: input.start,
      output: output.start
    ).run(
      with: multiplier, on: WorkerPool(threadCount: threads), queryBlock: queries, keys: keyRoom.start,
      scores: scoreRoom.start)
    keyRoom.expectOnly("keys") { _ in true }
    scoreRoom.expectOnly("scores") { _ in true }
    output.expectOnly("output") { _ in true }
    return output.values
  }

  private func numbers(_ shape: Shape) -> [Float] {
    var numbers = SeededNumbers(seed: UInt64(shape.frames))
    return numbers.floats(shape.frames * 3 * shape.heads * 64)
  }

  private func expected(_ shape: Shape, _ qkv: [Float]) -> [Double] {
    let width = shape.heads * 64
    var output = [Double](repeating: 0, count: shape.frames * width)
    let value = { (frame: Int, part: Int, head: Int, n: Int) in
      Double(qkv[frame * 3 * width + part * width + head * 64 + n])
    }
    for head in 0..<shape.heads {
      for query in 0..<shape.frames {
        // Places count the zero rows in front.
        let place = query + shape.leadingZeros
        var total = 0.0
        for key in 0..<shape.frames + shape.leadingZeros {
          if let reach = shape.reach, abs(place - key) > reach { continue }
          let frame = key - shape.leadingZeros
          guard shape.reach == nil || frame >= 0 else {
            total += 1
            continue
          }
          let weight = exp((0..<64).reduce(0.0) { $0 + value(query, 0, head, $1) * value(frame, 1, head, $1) })
          total += weight
          for n in 0..<64 { output[query * width + head * 64 + n] += weight * value(frame, 2, head, n) }
        }
        for n in 0..<64 { output[query * width + head * 64 + n] /= total }
      }
    }
    return output
  }

  @Test(arguments: shapes, InstructionSet.available)
  func agreesWithThePlainForm(_ shape: Shape, _ set: KernelSet) {
    let qkv = numbers(shape)
    let truth = expected(shape, qkv)
    for backend in GEMMBackend.allCases {
      let multiplier = MatrixMultiplier(kernels: set, backend: backend)
      let output = run(shape, qkv, multiplier, queries: 48, threads: 1)
      expectWithin("attention, \(shape.testDescription), \(backend.rawValue)", set, output, truth) { _ in 4e-6 }
    }
  }

  @Test(arguments: shapes, InstructionSet.available.filter { $0.name != "scalar" })
  func blocksAndThreadsDoNotMatter(_ shape: Shape, _ set: KernelSet) {
    let qkv = numbers(shape)
    let multiplier = MatrixMultiplier(kernels: set, backend: .packed)
    let usual = run(shape, qkv, multiplier, queries: 48, threads: 1)
    for (queries, threads) in [(1, 1), (5, 2), (12, 3), (47, 2)] {
      expectIdentical(
        "attention, \(shape.testDescription), \(queries) queries at a time, \(threads) threads", set,
        run(shape, qkv, multiplier, queries: queries, threads: threads), usual)
    }
  }
}
