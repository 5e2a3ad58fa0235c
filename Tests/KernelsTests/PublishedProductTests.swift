import LHKernelTypes
import LHKernels
import LHTestSupport
import Testing

/// Products of the published models' shapes, in each number format, on every set of kernels, the reference among them.
/// The truth is computed once for a shape.
@Suite struct PublishedProductTests {
  struct Shape: CustomTestStringConvertible, Sendable {
    let depth, columns: Int
    var testDescription: String { "\(depth) by \(columns)" }
  }

  /// Projection; queries, keys and values; attention's output; both products of the FFN: of the largest and the usual
  /// subnet. The first two are a convolution of kernel 2 and one of a Toom-Cook form's taps.
  static let shapes = [
    (1024, 512), (512, 512), (512, 768), (768, 2304), (768, 768), (768, 3072), (3072, 768), (512, 384), (384, 1152),
    (384, 384), (384, 1536), (1536, 384),
  ].map { Shape(depth: $0, columns: $1) }

  /// So many rows choose Strassen's algorithm, or are split for matrix registers; an odd number.
  private static let rows = 97

  @Test(arguments: shapes)
  func float32(_ shape: Shape) {
    let operands = Operands(shape, rows: Self.rows)
    let truth = operands.product(\.self)
    for set in InstructionSet.available {
      let multiplier = MatrixMultiplier(kernels: set, backend: .packed)
      let matrix = try! multiplier.matrix(depth: shape.depth, columns: shape.columns, hasBias: true)
      matrix.pack(
        rows: operands.weights, count: shape.columns, stride: shape.depth, atColumn: 0, kernels: set)
      matrix.setBias(operands.bias, count: shape.columns, atColumn: 0)
      let pool = WorkerPool(threadCount: 2)
      for isFast in [false, true] {
        let x = GuardedFloats(operands.x, isFenced: true)
        let c = GuardedFloats(Array(repeating: poison, count: Self.rows * shape.columns))
        let scratch = GuardedFloats(
          Array(
            repeating: poison,
            count: StrassenPlan.scratchCount(rows: Self.rows, threads: pool.threadCount, kernels: set)))
        let planes = GuardedFloats(
          Array(repeating: poison, count: matrix.scratchCount(rows: Self.rows, with: multiplier)))
        withExtendedLifetime(x) {
          matrix.multiply(
            MatrixProduct(rows: Self.rows, a: x.start, aStride: shape.depth, c: c.start, cStride: shape.columns),
            with: multiplier, on: pool,
            scratch: isFast ? ProductScratch(rows: planes.start, strassen: scratch.start) : ProductScratch())
        }
        expectWithin(
          "product, \(shape.testDescription)\(isFast ? ", the fast form" : "")", set, c.values, truth
        ) { _ in (isFast ? 4e-6 : 2.2e-6) * Double(shape.depth).squareRoot() }
      }
    }
  }

  /// The operands are rounded first; what is left are the roundings of the sums.
  @Test(arguments: shapes)
  func bfloat16(_ shape: Shape) {
    let operands = Operands(shape, rows: 14)
    let truth = operands.product(nearestBFloat16)
    for set in InstructionSet.available {
      expectWithin("bfloat16 product, \(shape.testDescription)", set, operands.run(.bfloat16, set), truth) { _ in
        1e-5 * Double(shape.depth).squareRoot()
      }
    }
  }

  /// The same to the last bit on every set, so also as the reference; small shapes are compared with the definition.
  @Test(arguments: shapes)
  func int8(_ shape: Shape) throws {
    let operands = Operands(shape, rows: 14)
    for outliers in [[], [3, 100, shape.depth - 1]] {
      let results = InstructionSet.available.map { set in
        operands.run(.int8(outliers: outliers), set)
      }
      let truth = operands.product(\.self)
      // Of the operands' deviations a step of the range is 1 / 74 for rows and 1 / 73 for columns.
      expectWithin("int8 product, \(shape.testDescription)", try .scalar, results.last ?? [], truth) { _ in
        0.04 * Double(shape.depth).squareRoot()
      }
      for (set, result) in zip(InstructionSet.available, results) {
        expectIdentical("int8 product, \(shape.testDescription)", set, result, results.last ?? [])
      }
    }
  }
}

/// A, B and biases of a product, of unit variance.
private struct Operands {
  let shape: PublishedProductTests.Shape
  let rows: Int
  /// [rows, depth]
  let x: [Float]
  /// [columns, depth]
  let weights: [Float]
  let bias: [Float]

  init(_ shape: PublishedProductTests.Shape, rows: Int) {
    var numbers = SeededNumbers(seed: UInt64(shape.depth + shape.columns))
    self.shape = shape
    self.rows = rows
    x = numbers.unitFloats(rows * shape.depth)
    weights = numbers.unitFloats(shape.columns * shape.depth)
    bias = numbers.unitFloats(shape.columns)
  }

  /// C in double precision, of operands that are rounded first.
  func product(_ rounded: (Float) -> Float) -> [Double] {
    // [depth, columns], so that the innermost loop runs along rows.
    var b = [Double](repeating: 0, count: shape.depth * shape.columns)
    for column in 0..<shape.columns {
      for k in 0..<shape.depth {
        b[k * shape.columns + column] = Double(rounded(weights[column * shape.depth + k]))
      }
    }
    var c = (0..<rows * shape.columns).map { Double(bias[$0 % shape.columns]) }
    let columns = shape.columns
    c.withUnsafeMutableBufferPointer { c in
      b.withUnsafeBufferPointer { b in
        for row in 0..<rows {
          for k in 0..<shape.depth {
            let factor = Double(rounded(x[row * shape.depth + k]))
            for column in 0..<columns { c[row * columns + column] += factor * b[k * columns + column] }
          }
        }
      }
    }
    return c
  }

  /// C with a matrix in a reduced precision.
  func run(_ format: MatrixFormat, _ set: KernelSet) -> [Float] {
    let multiplier = MatrixMultiplier(kernels: set, backend: .packed)
    let matrix = try! multiplier.matrix(
      depth: shape.depth, columns: shape.columns, hasBias: true, format: format)
    matrix.pack(rows: weights, count: shape.columns, stride: shape.depth, atColumn: 0, kernels: set)
    matrix.setBias(bias, count: shape.columns, atColumn: 0)
    let scratch = GuardedFloats(Array(repeating: poison, count: matrix.scratchCount(rows: rows, with: multiplier)))
    let c = GuardedFloats(Array(repeating: poison, count: rows * shape.columns))
    matrix.multiply(
      MatrixProduct(rows: rows, a: x, aStride: shape.depth, c: c.start, cStride: shape.columns), with: multiplier,
      scratch: ProductScratch(rows: scratch.start))
    scratch.expectOnly("rows, \(shape.testDescription)") { _ in true }
    return c.values
  }
}
