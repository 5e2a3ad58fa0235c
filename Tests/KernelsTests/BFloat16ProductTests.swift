import LHKernelTypes
import LHKernels
import LHTestSupport
import Testing

/// Products of whole bfloat16 matrices, against sums in double precision.
@Suite struct BFloat16ProductTests {
  struct Shape: CustomTestStringConvertible, Sendable {
    let rows, depth, columns: Int
    var testDescription: String { "\(rows) x \(depth) by \(columns)" }
  }

  static let shapes = [
    Shape(rows: 1, depth: 1, columns: 1), Shape(rows: 7, depth: 65, columns: 6),
    Shape(rows: 49, depth: 384, columns: 200), Shape(rows: 300, depth: 96, columns: 130),
    Shape(rows: 13, depth: 3100, columns: 70), Shape(rows: 50, depth: 10, columns: 512),
  ]

  private func run(
    _ shape: Shape, _ multiplier: MatrixMultiplier, threads: Int = 1, accumulates: Bool = true,
    epilogue: Epilogue = .none
  ) -> (actual: [Float], expected: [Double], sizes: [Double]) {
    var numbers = SeededNumbers(seed: UInt64(shape.depth))
    let x = numbers.floats(shape.rows * shape.depth)
    let weights = numbers.floats(shape.columns * shape.depth)  // [columns, depth], as PyTorch keeps them
    let bias = numbers.floats(shape.columns)
    let start = numbers.floats(shape.rows * shape.columns)
    let kernels = multiplier.kernels
    let matrix = try! multiplier.matrix(
      depth: shape.depth, columns: shape.columns, hasBias: true, format: .bfloat16)
    // In two parts that end within a panel.
    let part = shape.columns / 3
    weights.withUnsafeBufferPointer { weights in
      matrix.pack(rows: weights.baseAddress!, count: part, stride: shape.depth, atColumn: 0, kernels: kernels)
      matrix.pack(
        rows: weights.baseAddress! + part * shape.depth, count: shape.columns - part, stride: shape.depth,
        atColumn: part, kernels: kernels)
    }
    matrix.setBias(bias, count: shape.columns, atColumn: 0)
    // Whatever lay there before must not matter.
    let scratch = GuardedFloats(
      Array(repeating: poison, count: matrix.scratchCount(rows: shape.rows, with: multiplier)))
    let c = GuardedFloats(start)
    matrix.multiply(
      MatrixProduct(
        rows: shape.rows, a: x, aStride: shape.depth, c: c.start, cStride: shape.columns, accumulates: accumulates,
        epilogue: epilogue), with: multiplier, on: WorkerPool(threadCount: threads),
      scratch: ProductScratch(rows: scratch.start))
    scratch.expectOnly("rows") { _ in true }
    c.expectOnly("multiply") { _ in true }
    let roundedRows = x.map(nearestBFloat16)
    let roundedWeights = weights.map(nearestBFloat16)
    var expected: [Double] = []
    var sizes: [Double] = []
    for row in 0..<shape.rows {
      for column in 0..<shape.columns {
        var sum = Double(bias[column]) + (accumulates ? Double(start[row * shape.columns + column]) : 0)
        var size = abs(sum)
        for k in 0..<shape.depth {
          let product = Double(roundedRows[row * shape.depth + k]) * Double(roundedWeights[column * shape.depth + k])
          sum += product
          size += abs(product)
        }
        expected.append(epilogue == .relu ? max(sum, 0) : sum)
        sizes.append(size)
      }
    }
    return (c.values, expected, sizes)
  }

  @Test(arguments: shapes, InstructionSet.available)
  func agreesWithDoublePrecision(_ shape: Shape, _ set: KernelSet) {
    for (accumulates, epilogue) in [(true, Epilogue.none), (false, .relu)] {
      let result = run(
        shape, MatrixMultiplier(kernels: set, backend: .packed), accumulates: accumulates, epilogue: epilogue)
      // Each product enters with at most one rounding for itself and one for each addition that follows.
      expectWithin("multiply \(shape.testDescription)", set, result.actual, result.expected) {
        Double(shape.depth + 3) * roundoff * result.sizes[$0]
      }
    }
  }

  @Test(arguments: shapes, InstructionSet.available)
  func blocksAndThreadsDoNotMatter(_ shape: Shape, _ set: KernelSet) {
    let usual = run(shape, MatrixMultiplier(kernels: set, backend: .packed)).actual
    for (rowBlock, threads) in [(1, 1), (7, 2), (1000, 3), (50, 8)] {
      var multiplier = MatrixMultiplier(kernels: set, backend: .packed)
      multiplier.rowBlock = rowBlock
      expectIdentical(
        "multiply \(shape.testDescription), blocks of \(rowBlock) rows, \(threads) threads", set,
        run(shape, multiplier, threads: threads).actual, usual)
    }
  }
}

/// The bfloat16 nearest to a float that is not NaN, ties to even, by comparing both neighbours. Beyond the largest one
/// lies 2^128, which is infinity.
func nearestBFloat16(_ value: Float) -> Float {
  guard value.isFinite else { return value }
  let low = Float(bitPattern: value.bitPattern & 0xffff_0000)
  let high = Float(bitPattern: low.bitPattern &+ 0x1_0000)
  let size = abs(Double(value))
  let below = size - abs(Double(low))
  let above = (high.isFinite ? abs(Double(high)) : 0x1p128) - size
  if below != above { return below < above ? low : high }
  return low.bitPattern & 0x1_0000 == 0 ? low : high
}
