import Glibc
import LHKernelTypes
import LHKernels
import LHTestSupport
import Testing

/// Attention in blocks against the plain form in double precision.
@Suite struct AttentionTests {
  struct Shape: CustomTestStringConvertible, Sendable {
    let frames, heads: Int
    var headSize = 64
    /// Of how many heads the attention bias is; 0 for none. Those that the attention has are the last ones.
    var biasHeads = 0
    var reach: Int?
    var leadingZeros = 0
    var keptHeads: [Int] { Array(max(0, biasHeads - heads)..<max(heads, biasHeads)) }
    var testDescription: String {
      "\(frames) frames, \(heads) heads of \(headSize)" + (biasHeads > 0 ? ", bias of \(biasHeads)" : "")
        + (reach.map { ", \($0) on either side, \(leadingZeros) zeros" } ?? "")
    }
  }

  static let shapes =
    [1, 2, 47, 48, 49, 64, 65, 200].map { Shape(frames: $0, heads: 2) }
    + [(1, 1, 1), (50, 8, 14), (200, 32, 56), (200, 4, 0), (130, 500, 870)].map {
      Shape(frames: $0, heads: 1, reach: $1, leadingZeros: $2)
    } + [1023, 1024, 1025, 2500].map { Shape(frames: $0, heads: 1) }
    + [16, 32, 48, 80, 96, 112, 128, 144].map { Shape(frames: 100, heads: 2, headSize: $0) }
    + [Shape(frames: 1100, heads: 1, headSize: 80)]
    + [1, 2, 49, 200, 1100].map { Shape(frames: $0, heads: 2, biasHeads: 2) }
    + [Shape(frames: 150, heads: 2, headSize: 80, biasHeads: 5), Shape(frames: 90, heads: 1, biasHeads: 1, reach: 20)]
    + [(1030, 20, 6), (1100, 1100, 40), (2500, 700, 500)].map {
      Shape(frames: $0, heads: 1, reach: $1, leadingZeros: $2)
    }

  private func run(
    _ shape: Shape, _ qkv: [Float], _ multiplier: MatrixMultiplier, queries: Int, threads: Int,
    usesBFloat16: Bool = false
  ) -> [Float] {
    let width = shape.heads * shape.headSize
    let data = GuardedFloats(qkv, isFenced: true)
    let keys = Attention.keyCount(
      frames: shape.frames, heads: shape.heads, headSize: shape.headSize, kernels: multiplier.kernels)
    let scratch =
      Attention.scratchCount(frames: shape.frames, headSize: shape.headSize, kernels: multiplier.kernels) * threads
    // Whatever lay in this memory before must not matter.
    let keyRoom = GuardedFloats(Array(repeating: poison, count: keys))
    let scratchRoom = GuardedFloats(Array(repeating: poison, count: scratch))
    var attention = Attention(
      frames: shape.frames, heads: shape.heads, headSize: shape.headSize, reach: shape.reach,
      leadingZeros: shape.leadingZeros, qkv: data.start)
    attention.usesBFloat16 = usesBFloat16
    let (biases, gates) = bias(shape)
    let biasData = GuardedFloats(biases, isFenced: true)
    let gateData = GuardedFloats(gates.flatMap { [$0, poison] }, isFenced: true)
    if shape.biasHeads > 0 {
      attention.bias = GatedBias(
        biases: biasData.start, gates: gateData.start, gateStride: 2, frames: shape.frames, heads: shape.biasHeads,
        kept: shape.biasHeads == shape.heads ? nil : shape.keptHeads)
    }
    attention.run(
      with: multiplier, on: WorkerPool(threadCount: threads), queryBlock: queries, keys: keyRoom.start,
      scratch: scratchRoom.start)
    withExtendedLifetime((biasData, gateData)) {}
    keyRoom.expectOnly("keys") { _ in true }
    scratchRoom.expectOnly("scratch") { _ in true }
    data.expectOnly("queries") { $0 % (3 * width) < width }
    let values = data.values
    return (0..<shape.frames).flatMap { values[$0 * 3 * width..<$0 * 3 * width + width] }
  }

  /// [heads][2 frames - 1] and [frames][heads].
  private func bias(_ shape: Shape) -> (biases: [Float], gates: [Float]) {
    var numbers = SeededNumbers(seed: UInt64(shape.frames + 7))
    return (
      numbers.floats(shape.biasHeads * (2 * shape.frames - 1)), numbers.floats(shape.frames * shape.biasHeads)
    )
  }

  private func numbers(_ shape: Shape) -> [Float] {
    var numbers = SeededNumbers(seed: UInt64(shape.frames))
    return numbers.floats(shape.frames * 3 * shape.heads * shape.headSize)
  }

  private func expected(_ shape: Shape, _ qkv: [Float]) -> [Double] {
    let size = shape.headSize
    let width = shape.heads * size
    let (biases, gates) = bias(shape)
    let values = qkv.map(Double.init)
    var output = [Double](repeating: 0, count: shape.frames * width)
    for head in 0..<shape.heads {
      for query in 0..<shape.frames {
        let q = query * 3 * width + head * size
        let y = query * width + head * size
        // The zero rows lie before frame 0.
        let zeros = shape.reach.map { min(shape.leadingZeros, max(0, $0 - query)) } ?? 0
        var total = Double(zeros)
        for key in 0..<shape.frames {
          if let reach = shape.reach, abs(query - key) > reach { continue }
          let k = key * 3 * width + width + head * size
          var score = 0.0
          for n in 0..<size { score += values[q + n] * values[k + n] }
          if shape.biasHeads > 0 {
            let column = shape.keptHeads[head]
            score +=
              Double(gates[query * shape.biasHeads + column])
              * Double(biases[column * (2 * shape.frames - 1) + key - query + shape.frames - 1])
          }
          let weight = exp(score)
          total += weight
          for n in 0..<size { output[y + n] += weight * values[k + width + n] }
        }
        for n in 0..<size { output[y + n] /= total }
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

  /// The plain form has the rounded queries, keys and values. What is left is the rounding of the weights, 2^-9 of
  /// each.
  @Test(arguments: shapes, InstructionSet.available)
  func bfloat16AgreesWithThePlainForm(_ shape: Shape, _ set: KernelSet) {
    let qkv = numbers(shape)
    var rounded = [UInt16](repeating: 0, count: qkv.count)
    set.roundToBFloat16(BFloat16Rounding(x: qkv, y: &rounded, count: qkv.count))
    let truth = expected(shape, rounded.map { Float(bitPattern: UInt32($0) << 16) })
    let multiplier = MatrixMultiplier(kernels: set, backend: .packed)
    let output = run(shape, qkv, multiplier, queries: 48, threads: 1, usesBFloat16: true)
    expectWithin("bfloat16 attention, \(shape.testDescription)", set, output, truth) { _ in 0x1p-9 + 4e-6 }
    guard set.name != "scalar" else { return }
    for (queries, threads) in [(1, 1), (5, 2), (12, 3), (47, 2)] {
      expectIdentical(
        "bfloat16 attention, \(shape.testDescription), \(queries) queries at a time, \(threads) threads", set,
        run(shape, qkv, multiplier, queries: queries, threads: threads, usesBFloat16: true), output)
    }
  }
}
