import LHKernelTypes
import LHKernels
import LHTestSupport
import Testing

/// Products with views of a packed matrix: bit for bit those with a matrix that is packed from the slice.
@Suite struct WeightViewTests {
  struct Slice: CustomTestStringConvertible, Sendable {
    /// Of the whole matrix.
    let depth, columns: Int
    /// Of the view.
    let viewDepth: Int
    let ranges: [Range<Int>]
    var rows = 50
    var testDescription: String { "\(rows) rows, \(viewDepth) of \(depth) deep, columns \(ranges) of \(columns)" }
  }

  /// Fewer heads' queries, keys and values; fewer FFN units and hidden states; ranges that end within a panel and begin
  /// within one; depths that fill no word; a depth that is cut into parts.
  static let slices = [
    Slice(depth: 768, columns: 768, viewDepth: 768, ranges: [0..<768]),
    Slice(depth: 512, columns: 3 * 512, viewDepth: 384, ranges: [0..<256, 512..<768, 1024..<1280]),
    Slice(depth: 512, columns: 3 * 512, viewDepth: 384, ranges: [0..<256, 512..<768, 1024..<1280], rows: 97),
    Slice(depth: 512, columns: 2048, viewDepth: 256, ranges: [0..<256, 512..<768, 1024..<1280, 1536..<1600], rows: 99),
    Slice(depth: 2048, columns: 512, viewDepth: 1792, ranges: [0..<448], rows: 97),
    Slice(depth: 96, columns: 320, viewDepth: 64, ranges: [0..<96, 96..<100, 128..<225, 304..<320]),
    Slice(depth: 130, columns: 200, viewDepth: 65, ranges: [16..<200], rows: 7),
    Slice(depth: 130, columns: 200, viewDepth: 67, ranges: [192..<199, 0..<3], rows: 1),
  ]

  static let formats: [MatrixFormat] = [
    .float32, .bfloat16, .int8(), .int8(outliers: [0, 5, 6, 33, 60, 90]), .int8(outliers: [95]),
  ]

  @Test(arguments: slices, formats)
  func aViewMultipliesLikeItsSlice(_ slice: Slice, _ format: MatrixFormat) throws {
    let operands = SliceOperands(slice)
    for set in InstructionSet.available where set.name != "scalar" || slice.rows < 60 {
      let multiplier = MatrixMultiplier(kernels: set, backend: .packed)
      let matrix = try operands.whole(multiplier, format)
      let view = try matrix.view(depth: slice.viewDepth, columns: slice.ranges)
      let packed = try operands.slice(multiplier, operands.sliced(format))
      #expect(view.columns == packed.columns)
      for threads in [1, 3] {
        let expected = operands.run(packed.whole, multiplier, threads: threads)
        expectIdentical(
          "view of \(format), \(slice.testDescription), \(threads) threads", set,
          operands.run(view, multiplier, threads: threads), expected)
      }
      expectIdentical(
        "view of \(format), \(slice.testDescription), on the calling thread", set,
        operands.run(view, multiplier, threads: nil), operands.run(packed.whole, multiplier, threads: nil))
    }
  }

  /// A range that ends within a panel moves those behind it, which Strassen's algorithm would pair otherwise.
  @Test func strassenTakesWholePanelsOnly() throws {
    let slice = Slice(depth: 256, columns: 640, viewDepth: 256, ranges: [0..<72, 128..<640], rows: 120)
    let operands = SliceOperands(slice)
    for set in StrassenProductTests.fastSets {
      let multiplier = MatrixMultiplier(kernels: set, backend: .packed)
      let view = try operands.whole(multiplier, .float32).view(depth: slice.viewDepth, columns: slice.ranges)
      let packed = try operands.slice(multiplier, .float32)
      let truth = operands.run(packed.whole, multiplier, threads: nil).map(Double.init)
      expectWithin("view, \(slice.testDescription)", set, operands.run(view, multiplier, threads: 2), truth) { _ in
        8e-6 * Double(slice.viewDepth).squareRoot()
      }
    }
  }

  @Test func openBLASMultipliesViewsToo() throws {
    let multiplier = MatrixMultiplier(kernels: InstructionSet.available[0], backend: .openBLAS)
    for slice in Self.slices {
      let operands = SliceOperands(slice)
      let view = try operands.whole(multiplier, .float32).view(depth: slice.viewDepth, columns: slice.ranges)
      let packed = try operands.slice(multiplier, .float32)
      expectWithin(
        "OpenBLAS, view, \(slice.testDescription)", multiplier.kernels, operands.run(view, multiplier, threads: 2),
        operands.run(packed.whole, multiplier, threads: 2).map(Double.init)
      ) { _ in 4e-6 * Double(slice.viewDepth).squareRoot() }
    }
  }
}

/// A matrix, a slice of it and rows for both.
private struct SliceOperands {
  let slice: WeightViewTests.Slice
  /// [rows, viewDepth + 1]
  let x: [Float]
  /// [columns, depth]. The largest magnitudes of each column are in the first rows, so that a slice of them is
  /// quantised with the same scales.
  let weights: [Float]
  let bias: [Float]

  init(_ slice: WeightViewTests.Slice) {
    var numbers = SeededNumbers(seed: UInt64(slice.depth + slice.viewDepth))
    self.slice = slice
    x = numbers.unitFloats(slice.rows * (slice.viewDepth + 1))
    var weights = numbers.unitFloats(slice.columns * slice.depth)
    // Both the usual channels and the outliers have their largest among them.
    for column in 0..<slice.columns {
      for row in 0..<8 { weights[column * slice.depth + row] = 2 + Float(column % 7) * 0.25 }
    }
    self.weights = weights
    bias = numbers.unitFloats(slice.columns)
  }

  /// The format of the slice: outliers beyond its depth are none of its own.
  func sliced(_ format: MatrixFormat) -> MatrixFormat {
    if case .int8(let outliers) = format { .int8(outliers: outliers.filter { $0 < slice.viewDepth }) } else { format }
  }

  func whole(_ multiplier: MatrixMultiplier, _ format: MatrixFormat) throws -> WeightMatrix {
    let matrix = try multiplier.matrix(depth: slice.depth, columns: slice.columns, hasBias: true, format: format)
    matrix.pack(rows: weights, count: slice.columns, stride: slice.depth, atColumn: 0, kernels: multiplier.kernels)
    matrix.setBias(bias, count: slice.columns, atColumn: 0)
    return matrix
  }

  /// A matrix that is packed from the slice.
  func slice(_ multiplier: MatrixMultiplier, _ format: MatrixFormat) throws -> WeightMatrix {
    let columns = slice.ranges.flatMap { Array($0) }
    let matrix = try multiplier.matrix(depth: slice.viewDepth, columns: columns.count, hasBias: true, format: format)
    weights.withUnsafeBufferPointer { weights in
      guard let weights = weights.baseAddress else { return }
      for (place, column) in columns.enumerated() {
        matrix.pack(
          rows: weights + column * slice.depth, count: 1, stride: slice.viewDepth, atColumn: place,
          kernels: multiplier.kernels)
      }
    }
    matrix.setBias(columns.map { bias[$0] }, count: columns.count, atColumn: 0)
    return matrix
  }

  /// C, on a pool with Strassen's algorithm, or on the calling thread.
  func run(_ view: WeightView, _ multiplier: MatrixMultiplier, threads: Int?) -> [Float] {
    let c = GuardedFloats(Array(repeating: poison, count: slice.rows * (view.columns + 3)))
    let rows = GuardedFloats(Array(repeating: poison, count: view.scratchCount(rows: slice.rows, with: multiplier)))
    let product = MatrixProduct(
      rows: slice.rows, a: x, aStride: slice.viewDepth + 1, c: c.start, cStride: view.columns + 3, epilogue: .relu)
    if let threads {
      let pool = WorkerPool(threadCount: threads)
      let count = StrassenPlan.scratchCount(
        rows: slice.rows, threads: pool.threadCount, kernels: multiplier.kernels)
      let strassen = GuardedFloats(Array(repeating: poison, count: count))
      view.multiply(
        product, with: multiplier, on: pool, scratch: ProductScratch(rows: rows.start, strassen: strassen.start))
    } else {
      view.multiply(product, with: multiplier, scratch: ProductScratch(rows: rows.start))
    }
    rows.expectOnly("rows") { _ in true }
    c.expectOnly("view, \(slice.testDescription)") { $0 % (view.columns + 3) < view.columns }
    return (0..<slice.rows).flatMap { row in
      (0..<view.columns).map { c.start[row * (view.columns + 3) + $0] }
    }
  }
}
