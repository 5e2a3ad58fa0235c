import LHKernelTypes
import LHKernels
import LHTestSupport
import Testing

/// Products of whole matrices by Strassen's algorithm.
@Suite struct StrassenProductTests {
  struct Shape: CustomTestStringConvertible, Sendable {
    let rows, depth, columns: Int
    var hasBias = true
    var accumulates = false
    var epilogue = Epilogue.none
    var testDescription: String {
      "\(rows) x \(depth) by \(columns)\(hasBias ? ", biases" : "")\(accumulates ? ", accumulating" : "")"
        + (epilogue == .none ? "" : ", \(epilogue)")
    }
  }

  /// Rows that are odd and even, in one group and in two; depths of one, two and four parts; even and odd numbers of
  /// panels and incomplete ones.
  static let shapes = [
    Shape(rows: 96, depth: 128, columns: 384, hasBias: false), Shape(rows: 97, depth: 384, columns: 448),
    Shape(rows: 98, depth: 1344, columns: 198, accumulates: true),
    Shape(rows: 131, depth: 384, columns: 1344, epilogue: .gelu),
    Shape(rows: 250, depth: 3072, columns: 384, accumulates: true, epilogue: .gelu),
    Shape(rows: 131, depth: 3072, columns: 448), Shape(rows: 1025, depth: 384, columns: 448),
    Shape(rows: 1100, depth: 1344, columns: 198, hasBias: false, accumulates: true),
  ]
  static let fastSets = InstructionSet.available.filter { $0.name != "scalar" }
  /// Those that use the algorithm: matrix registers multiply without it.
  static let strassenSets = fastSets.filter { !$0.hasMatrixRegisters }

  @Test(arguments: shapes)
  func agreesWithDoublePrecision(_ shape: Shape) {
    let operands = Operands(shape)
    let expected = operands.expected()
    let size = Double(shape.depth).squareRoot()
    // The reference is slow.
    for set in shape.rows < 98 ? InstructionSet.available : Self.fastSets {
      let actual = operands.run(MatrixMultiplier(kernels: set, backend: .packed), threads: 2)
      // Factors have unit variance: the sums' deviation is `size`, of which a wrong sign would cost about all. Rounding
      // costs up to 2.5e-6 of it.
      expectWithin("Strassen's product, \(shape.testDescription)", set, actual, expected) { _ in 4e-6 * size }
    }
  }

  @Test(arguments: shapes, strassenSets)
  func threadsDoNotMatter(_ shape: Shape, _ set: KernelSet) {
    let operands = Operands(shape)
    let multiplier = MatrixMultiplier(kernels: set, backend: .packed)
    let alone = operands.run(multiplier, threads: 1)
    for threads in [2, 3, 7] {
      expectIdentical(
        "Strassen's product, \(shape.testDescription), \(threads) threads", set,
        operands.run(multiplier, threads: threads), alone)
    }
    let direct = operands.run(multiplier, threads: 1, usesStrassen: false)
    #expect(alone != direct, "\(set.name), \(shape.testDescription): not by Strassen's algorithm")
  }

  /// Too few rows, a depth without halves of whole vectors, one that is too short, and too few columns for two panels.
  static let directShapes = [
    Shape(rows: 1, depth: 384, columns: 448), Shape(rows: StrassenPlan.leastRows - 1, depth: 384, columns: 448),
    Shape(rows: 120, depth: 390, columns: 448), Shape(rows: 120, depth: 96, columns: 448),
    Shape(rows: 120, depth: 384, columns: 17),
  ]

  @Test(arguments: directShapes, fastSets)
  func whatWouldNotPayIsTheDirectProduct(_ shape: Shape, _ set: KernelSet) {
    let operands = Operands(shape)
    let multiplier = MatrixMultiplier(kernels: set, backend: .packed)
    expectIdentical(
      "product, \(shape.testDescription)", set, operands.run(multiplier, threads: 2),
      operands.run(multiplier, threads: 2, usesStrassen: false))
  }

  /// OpenBLAS has products of its own.
  @Test func openBLASMultipliesDirectly() {
    let operands = Operands(Shape(rows: 100, depth: 384, columns: 448))
    let multiplier = MatrixMultiplier(kernels: InstructionSet.available[0], backend: .openBLAS)
    expectIdentical(
      "OpenBLAS's product", multiplier.kernels, operands.run(multiplier, threads: 2),
      operands.run(multiplier, threads: 2, usesStrassen: false))
  }
}

/// A, B and C of a product, with gaps between the rows of A and of C.
private struct Operands {
  let shape: StrassenProductTests.Shape
  let aStride: Int
  let cStride: Int
  /// [rows, aStride], the gaps poisoned.
  let a: [Float]
  /// [columns, depth]
  let weights: [Float]
  let bias: [Float]
  /// [rows, cStride], poisoned where nothing is to be read.
  let start: [Float]

  init(_ shape: StrassenProductTests.Shape) {
    var numbers = SeededNumbers(seed: UInt64(shape.rows + shape.depth))
    let aStride = shape.depth + 3
    let cStride = shape.columns + 5
    var a = [Float](repeating: poison, count: shape.rows * aStride - 3)
    var start = [Float](repeating: poison, count: shape.rows * cStride - 5)
    for row in 0..<shape.rows {
      a.replaceSubrange(row * aStride..<row * aStride + shape.depth, with: numbers.unitFloats(shape.depth))
      guard shape.accumulates else { continue }
      start.replaceSubrange(row * cStride..<row * cStride + shape.columns, with: numbers.unitFloats(shape.columns))
    }
    self.shape = shape
    self.aStride = aStride
    self.cStride = cStride
    self.a = a
    self.start = start
    weights = numbers.unitFloats(shape.columns * shape.depth)
    bias = numbers.unitFloats(shape.columns)
  }

  /// C without its gaps.
  func run(_ multiplier: MatrixMultiplier, threads: Int, usesStrassen: Bool = true) -> [Float] {
    let kernels = multiplier.kernels
    let matrix = try! multiplier.matrix(depth: shape.depth, columns: shape.columns, hasBias: shape.hasBias)
    matrix.pack(rows: weights, count: shape.columns, stride: shape.depth, atColumn: 0, kernels: kernels)
    if shape.hasBias { matrix.setBias(bias, count: shape.columns, atColumn: 0) }
    let pool = WorkerPool(threadCount: threads)
    let input = GuardedFloats(a, isFenced: true)
    let c = GuardedFloats(start)
    let count = StrassenPlan.scratchCount(rows: shape.rows, threads: pool.threadCount, kernels: kernels)
    let scratch = GuardedFloats(Array(repeating: poison, count: count))
    withExtendedLifetime(input) {
      matrix.multiply(
        MatrixProduct(
          rows: shape.rows, a: input.start, aStride: aStride, c: c.start, cStride: cStride,
          accumulates: shape.accumulates, epilogue: shape.epilogue), with: multiplier, on: pool,
        scratch: ProductScratch(strassen: usesStrassen ? scratch.start : nil))
    }
    let what = "product, \(shape.testDescription), \(threads) threads, \(kernels.name)"
    c.expectOnly(what) { $0 % cStride < shape.columns }
    scratch.expectOnly("scratch of \(what)") { _ in true }
    let values = c.values
    return (0..<shape.rows).flatMap { values[$0 * cStride..<$0 * cStride + shape.columns] }
  }

  /// C in double precision.
  func expected() -> [Double] {
    // [depth, columns], so that the innermost loop runs along rows.
    var b = [Double](repeating: 0, count: shape.depth * shape.columns)
    for column in 0..<shape.columns {
      for k in 0..<shape.depth { b[k * shape.columns + column] = Double(weights[column * shape.depth + k]) }
    }
    var c = [Double](repeating: 0, count: shape.rows * shape.columns)
    for row in 0..<shape.rows {
      let first = row * shape.columns
      for column in 0..<shape.columns {
        c[first + column] =
          (shape.hasBias ? Double(bias[column]) : 0)
          + (shape.accumulates ? Double(start[row * cStride + column]) : 0)
      }
      c.withUnsafeMutableBufferPointer { c in
        b.withUnsafeBufferPointer { b in
          for k in 0..<shape.depth {
            let factor = Double(a[row * aStride + k])
            for column in 0..<shape.columns { c[first + column] += factor * b[k * shape.columns + column] }
          }
        }
      }
    }
    return shape.epilogue == .gelu ? c.map(ActivationTests.gelu) : c
  }
}
