import LHKernelTypes
import LHKernels
import LHTestSupport
import Testing

/// Products of whole matrices.
@Suite struct MatrixMultiplierTests {
  struct Shape: CustomTestStringConvertible, Sendable {
    let rows, depth, columns, aStride: Int
    var frameWidth: Int?
    var testDescription: String { "\(rows) x \(depth) by \(columns), distance \(aStride)" }
  }

  static let shapes = [
    Shape(rows: 1, depth: 1, columns: 1, aStride: 1), Shape(rows: 7, depth: 65, columns: 6, aStride: 65),
    Shape(rows: 49, depth: 384, columns: 200, aStride: 400), Shape(rows: 300, depth: 96, columns: 130, aStride: 64),
    Shape(rows: 100, depth: 3100, columns: 70, aStride: 3100), Shape(rows: 50, depth: 10, columns: 512, aStride: 5),
    Shape(rows: 90, depth: 3 * 40, columns: 70, aStride: 2 * 40, frameWidth: 40),
    Shape(rows: 65, depth: 2 * 48, columns: 20, aStride: 2 * 48, frameWidth: 48),
    Shape(rows: 70, depth: 2 * 600, columns: 64, aStride: 600, frameWidth: 600),
  ]

  private func run(
    _ shape: Shape, _ multiplier: MatrixMultiplier, threads: Int = 1, accumulates: Bool = true,
    epilogue: Epilogue = .none
  ) -> (actual: [Float], expected: [Double], sizes: [Double]) {
    var numbers = SeededNumbers(seed: UInt64(shape.depth))
    let a = numbers.floats((shape.rows - 1) * shape.aStride + shape.depth)
    let weights = numbers.floats(shape.columns * shape.depth)  // [columns, depth], as PyTorch keeps them
    let bias = numbers.floats(shape.columns)
    let start = numbers.floats(shape.rows * shape.columns)
    let matrix = try! multiplier.matrix(depth: shape.depth, columns: shape.columns, hasBias: true)
    // In two parts that end within a panel.
    let part = shape.columns / 3
    weights.withUnsafeBufferPointer { weights in
      matrix.pack(
        rows: weights.baseAddress!, count: part, stride: shape.depth, atColumn: 0, kernels: multiplier.kernels)
      matrix.pack(
        rows: weights.baseAddress! + part * shape.depth, count: shape.columns - part, stride: shape.depth,
        atColumn: part, kernels: multiplier.kernels)
    }
    matrix.setBias(bias, count: shape.columns, atColumn: 0)
    let input = GuardedFloats(a)
    let c = GuardedFloats(start)
    // For sets that split rows.
    let planes = GuardedFloats(
      Array(
        repeating: poison,
        count: matrix.scratchCount(
          rows: shape.rows, distance: shape.aStride, frameWidth: shape.frameWidth, with: multiplier)))
    matrix.multiply(
      MatrixProduct(
        rows: shape.rows, a: input.start, aStride: shape.aStride, c: c.start, cStride: shape.columns,
        accumulates: accumulates, epilogue: epilogue, frameWidth: shape.frameWidth), with: multiplier,
      on: WorkerPool(threadCount: threads), scratch: ProductScratch(rows: planes.start))
    planes.expectOnly("planes") { _ in true }
    c.expectOnly("multiply") { _ in true }
    var expected: [Double] = []
    var sizes: [Double] = []
    for row in 0..<shape.rows {
      for column in 0..<shape.columns {
        var sum = Double(bias[column]) + (accumulates ? Double(start[row * shape.columns + column]) : 0)
        var size = abs(sum)
        for k in 0..<shape.depth {
          let product = Double(a[row * shape.aStride + k]) * Double(weights[column * shape.depth + k])
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
    for backend in GEMMBackend.allCases {
      for (accumulates, epilogue) in [(true, Epilogue.none), (false, .relu)] {
        let result = run(
          shape, MatrixMultiplier(kernels: set, backend: backend), accumulates: accumulates, epilogue: epilogue)
        expectWithin("multiply \(shape.testDescription), \(backend.rawValue)", set, result.actual, result.expected) {
          40 * roundoff * result.sizes[$0]
        }
      }
    }
  }

  @Test(arguments: shapes, InstructionSet.available.filter { $0.name != "scalar" })
  func blocksAndThreadsDoNotMatter(_ shape: Shape, _ set: KernelSet) {
    let usual = run(shape, MatrixMultiplier(kernels: set, backend: .packed)).actual
    for (rowBlock, depthBlock, threads) in [(1, 64, 1), (7, 128, 2), (1000, 3072, 3), (50, 640, 8)] {
      var multiplier = MatrixMultiplier(kernels: set, backend: .packed)
      multiplier.rowBlock = rowBlock
      multiplier.depthBlock = depthBlock
      expectIdentical(
        "multiply \(shape.testDescription), blocks of \(rowBlock) rows and \(depthBlock) deep, \(threads) threads", set,
        run(shape, multiplier, threads: threads).actual, usual)
    }
  }

  @Test(arguments: GEMMBackend.allCases)
  func noRowsAreNoWork(_ backend: GEMMBackend) throws {
    let multiplier = MatrixMultiplier(kernels: InstructionSet.available[0], backend: backend)
    let matrix = try multiplier.matrix(depth: 5, columns: 3, hasBias: true)
    let c = GuardedFloats([1])
    let product = MatrixProduct(rows: 0, a: c.start, aStride: 5, c: c.start, cStride: 3)
    matrix.multiply(product, with: multiplier, on: WorkerPool(threadCount: 2))
    matrix.multiply(product, with: multiplier)
    c.expectOnly("multiply of no rows") { _ in false }
  }

  /// OpenBLAS cuts its sums by its tiles, and these by the rows that it is given: only the threads may differ.
  @Test(arguments: shapes)
  func threadsDoNotMatterToOpenBLAS(_ shape: Shape) {
    let multiplier = MatrixMultiplier(kernels: InstructionSet.available[0], backend: .openBLAS)
    let usual = run(shape, multiplier).actual
    for threads in [2, 3, 8] {
      expectIdentical(
        "OpenBLAS, \(shape.testDescription), \(threads) threads", multiplier.kernels,
        run(shape, multiplier, threads: threads).actual, usual)
    }
  }
}
