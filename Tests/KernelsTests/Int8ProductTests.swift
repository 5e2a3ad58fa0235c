import LHKernelTypes
import LHKernels
import LHTestSupport
import Testing

/// Products of whole eight-bit matrices, against their definition.
@Suite struct Int8ProductTests {
  struct Shape: CustomTestStringConvertible, Sendable {
    let rows, depth, columns: Int
    var outliers: [Int] = []
    var testDescription: String { "\(rows) x \(depth) by \(columns), outliers \(outliers)" }
  }

  static let shapes = [
    Shape(rows: 1, depth: 1, columns: 1), Shape(rows: 7, depth: 65, columns: 6),
    Shape(rows: 49, depth: 384, columns: 200, outliers: [0, 3, 17, 200, 383]),
    Shape(rows: 300, depth: 96, columns: 130, outliers: [95]), Shape(rows: 13, depth: 3100, columns: 70),
    Shape(rows: 50, depth: 10, columns: 512, outliers: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
  ]

  /// A product with everything that it was made from.
  private func run(
    _ shape: Shape, _ multiplier: MatrixMultiplier, threads: Int = 1, accumulates: Bool = true,
    epilogue: Epilogue = .none
  ) -> (actual: [Float], expected: [Float]) {
    var numbers = SeededNumbers(seed: UInt64(shape.depth))
    var x = numbers.floats(shape.rows * shape.depth)
    for row in 0..<shape.rows { for channel in shape.outliers { x[row * shape.depth + channel] *= 50 } }
    let weights = numbers.floats(shape.columns * shape.depth)  // [columns, depth], as PyTorch keeps them
    let bias = numbers.floats(shape.columns)
    let start = numbers.floats(shape.rows * shape.columns)
    let kernels = multiplier.kernels
    let matrix = try! multiplier.matrix(
      depth: shape.depth, columns: shape.columns, hasBias: true, format: .int8(outliers: shape.outliers))
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
    return (c.values, expected(shape, x, weights, bias, accumulates ? start : nil, epilogue))
  }

  /// The definition, from floats to floats.
  private func expected(
    _ shape: Shape, _ x: [Float], _ weights: [Float], _ bias: [Float], _ start: [Float]?, _ epilogue: Epilogue
  ) -> [Float] {
    let isOutlier = (0..<shape.depth).map { shape.outliers.contains($0) }
    let groups = [(0..<shape.depth).filter { !isOutlier[$0] }, shape.outliers].prefix(shape.outliers.isEmpty ? 1 : 2)
    let rows = (0..<shape.rows).map { row in
      groups.map { group in QuantizedRow(group.map { x[row * shape.depth + $0] }) }
    }
    let columns = (0..<shape.columns).map { column in
      groups.map { group in QuantizedColumn(group.map { weights[column * shape.depth + $0] }) }
    }
    var c: [Float] = []
    for row in 0..<shape.rows {
      for column in 0..<shape.columns {
        var sum = bias[column] + (start?[row * shape.columns + column] ?? 0)
        for (a, b) in zip(rows[row], columns[column]) { sum += a.times(b) }
        c.append(epilogue == .relu ? max(sum, 0) : sum)
      }
    }
    return c
  }

  @Test(arguments: shapes, InstructionSet.available)
  func agreesWithTheDefinition(_ shape: Shape, _ set: KernelSet) {
    for (accumulates, epilogue) in [(true, Epilogue.none), (false, .relu)] {
      let result = run(
        shape, MatrixMultiplier(kernels: set, backend: .packed), accumulates: accumulates, epilogue: epilogue)
      expectIdentical("multiply \(shape.testDescription)", set, result.actual, result.expected)
    }
  }

  @Test(arguments: shapes, InstructionSet.available)
  func blocksAndThreadsDoNotMatter(_ shape: Shape, _ set: KernelSet) {
    for (rowBlock, threads) in [(1, 1), (7, 2), (1000, 3), (50, 8)] {
      var multiplier = MatrixMultiplier(kernels: set, backend: .packed)
      multiplier.rowBlock = rowBlock
      let result = run(shape, multiplier, threads: threads)
      expectIdentical(
        "multiply \(shape.testDescription), blocks of \(rowBlock) rows, \(threads) threads", set, result.actual,
        result.expected)
    }
  }
}

/// A row of activations as it is quantised by definition.
struct QuantizedRow {
  let scale: Float
  let zero: Int
  let q: [Int]

  init(_ x: [Float]) {
    let low = x.reduce(0) { min($0, $1) }
    let high = x.reduce(0) { max($0, $1) }
    let range = high - low
    guard x.allSatisfy(\.isFinite), range.isFinite, range >= 0x1p-110 else {
      scale = x.allSatisfy(\.isFinite) && range.isFinite ? 0 : .nan
      zero = 0
      q = x.map { _ in 0 }
      return
    }
    let inverse = 255 / range
    let zero = Int((-low * inverse).rounded(.toNearestOrEven))
    scale = range / 255
    self.zero = zero
    q = x.map { min(max(Int(($0 * inverse).rounded(.toNearestOrEven)) + zero, 0), 255) }
  }

  /// A term of C.
  func times(_ column: QuantizedColumn) -> Float {
    let sum = zip(q, column.q).reduce(0) { $0 + ($1.0 - zero) * $1.1 }
    return scale * column.scale * Float(sum)
  }
}

/// A column of weights as it is quantised by definition.
struct QuantizedColumn {
  let scale: Float
  let q: [Int]

  init(_ weights: [Float]) {
    guard weights.allSatisfy(\.isFinite) else {
      scale = .nan
      q = weights.map { _ in 0 }
      return
    }
    let scale = weights.reduce(0) { max($0, abs($1)) } / 127
    self.scale = scale
    q = weights.map { scale > 0 ? Int(min(max(($0 / scale).rounded(.toNearestOrEven), -127), 127)) : 0 }
  }
}
