import LHKernelTypes
import LHKernels
import LHTestSupport
import Testing

/// `KernelSet.multiplyInt8Panel`, against exact integers: every set gives the same bits.
@Suite struct Int8PanelProductTests {
  @Test(arguments: InstructionSet.available, [0, 4, 8, 64, 500, 1540])
  func everyShape(_ set: KernelSet, depth: Int) {
    for aStride in [depth, depth + 3, max(1, depth / 2), 1] {
      let operands = Int8Operands(depth: depth, aStride: aStride, columns: set.panelWidth, random: true)
      for vectors in 1...set.panelVectors {
        let panel = vectors * set.lanes
        for rows in PanelProductTests.rowCounts {
          for width in Set([1, panel - set.lanes + 1, panel - 1, panel]) where width > 0 {
            operands.check(set, rows: rows, vectors: vectors, width: width)
          }
        }
      }
    }
  }

  /// The largest sums that bytes can give, in the largest depth: pairs of products exceed 16 bits, and C comes close to
  /// the end of 32.
  @Test(
    arguments: InstructionSet.available,
    [(255, 127, 0), (255, -127, 0), (0, 127, 255), (0, -127, 255), (255, 127, 255), (128, -127, 128)])
  func theLargestSums(_ set: KernelSet, _ values: (a: Int, b: Int, zero: Int)) {
    for depth in [4, 3072, Int8PanelProduct.largestDepth] {
      let operands = Int8Operands(
        depth: depth, aStride: depth, columns: set.panelWidth, rows: 7, a: values.a, b: values.b, zero: values.zero)
      for rows in [1, 7] { operands.check(set, rows: rows, vectors: set.panelVectors, width: set.panelWidth) }
    }
  }

  /// Some terms of one sum: as the groups of a matrix with outliers are added.
  @Test(arguments: InstructionSet.available)
  func severalGroupsAreAddedInOrder(_ set: KernelSet) {
    let groups = [96, 4, 16].map {
      Int8Operands(depth: $0, aStride: $0 + 4, columns: set.panelWidth, random: true)
    }
    let rows = 13
    let width = set.panelWidth - 1
    let c = GuardedFloats([Float](repeating: poison, count: rows * width))
    var expected = [Float](repeating: 0, count: rows * width)
    for (index, group) in groups.enumerated() {
      set.multiplyInt8Panel(
        group.product(
          set, rows: rows, vectors: set.panelVectors, width: width, c: c.start, cStride: width, hasBias: index == 0,
          accumulates: index > 0))
      for place in expected.indices {
        let (row, column) = (place / width, place % width)
        let start = index == 0 ? group.bias[column] : expected[place]
        expected[place] = start + group.term(row, column)
      }
    }
    expectIdentical("multiplyInt8Panel, three groups", set, c.values, expected)
  }
}

/// A and B of some products, and their exact sums.
private final class Int8Operands {
  let depth: Int
  let aStride: Int
  let columns: Int
  let scales: [Float]
  let bias: [Float]
  let parameters: [RowQuantization]
  /// Sums of (a - zero) * b, [rows, columns].
  let sums: [Int]

  private let a: FencedValues<UInt8>
  private let b: [Int8]
  private let columnSums: [Int32]

  convenience init(depth: Int, aStride: Int, columns: Int, random: Bool) {
    self.init(
      depth: depth, aStride: aStride, columns: columns, rows: PanelProductTests.rowCounts.max()!, a: nil, b: nil,
      zero: nil)
  }

  /// - Parameters:
  ///   - a: Every byte of A; nil for random ones. Likewise `b` and `zero`.
  init(depth: Int, aStride: Int, columns: Int, rows: Int, a: Int?, b: Int?, zero: Int?) {
    var numbers = SeededNumbers(seed: UInt64(depth * 31 + aStride))
    let bytes = (0..<max(0, (rows - 1) * aStride + depth)).map { _ in
      UInt8(a ?? Int.random(in: 0...255, using: &numbers))
    }
    let weights = (0..<depth * columns).map { _ in Int8(b ?? Int.random(in: -127...127, using: &numbers)) }
    let parameters = (0..<rows).map { _ in
      RowQuantization(
        scale: Float.random(in: 0...0.1, using: &numbers), zero: Int32(zero ?? Int.random(in: 0...255, using: &numbers))
      )
    }
    var sums = [Int](repeating: 0, count: rows * columns)
    var columnSums = [Int32](repeating: 0, count: columns)
    for k in 0..<depth {
      for n in 0..<columns { columnSums[n] += Int32(weights[k * columns + n]) }
      for row in 0..<rows {
        let factor = Int(bytes[row * aStride + k]) - Int(parameters[row].zero)
        for n in 0..<columns { sums[row * columns + n] += factor * Int(weights[k * columns + n]) }
      }
    }
    self.depth = depth
    self.aStride = aStride
    self.columns = columns
    self.a = FencedValues(bytes)
    self.b = weights
    self.columnSums = columnSums
    self.sums = sums
    self.parameters = parameters
    scales = numbers.floats(columns)
    bias = numbers.floats(columns)
  }

  /// What is added to C's start.
  func term(_ row: Int, _ column: Int) -> Float {
    parameters[row].scale * scales[column] * Float(sums[row * columns + column])
  }

  /// What C holds before.
  func start(_ row: Int, _ column: Int) -> Float { Float(row * 64 + column) * 0.001 - 1 }

  /// The columns as a panel of fewer vectors: [depth / 4][panel width][4].
  private var panels: [Int: FencedValues<Int8>] = [:]
  private func panel(width: Int) -> FencedValues<Int8> {
    if let panel = panels[width] { return panel }
    let panel = FencedValues(
      (0..<depth * width).map { place in
        let k = place / (4 * width) * 4 + place % 4
        return b[k * columns + place / 4 % width]
      })
    panels[width] = panel
    return panel
  }

  private lazy var fencedScales = FencedValues(scales)
  private lazy var fencedSums = FencedValues(columnSums)
  private lazy var fencedBias = FencedValues(bias)
  private lazy var fencedParameters = FencedValues(parameters)

  func product(
    _ set: KernelSet, rows: Int, vectors: Int, width: Int, c: UnsafeMutablePointer<Float>, cStride: Int, hasBias: Bool,
    accumulates: Bool
  ) -> Int8PanelProduct {
    Int8PanelProduct(
      rows: rows, depth: depth, a: a.start, aStride: aStride, parameters: fencedParameters.start, parameterStride: 1,
      b: panel(width: vectors * set.lanes).start, bStride: vectors * set.lanes, vectors: vectors,
      columnScales: fencedScales.start,
      columnSums: fencedSums.start, bias: hasBias ? fencedBias.start : nil, accumulates: accumulates, c: c,
      cStride: cStride, width: width)
  }

  func check(_ set: KernelSet, rows: Int, vectors: Int, width: Int) {
    for (hasBias, accumulates) in [(false, false), (true, false), (false, true), (true, true)] {
      let what = {
        """
        multiplyInt8Panel of \(rows) x \(self.depth) by \(width) of \(vectors) vectors, distance of rows \
        \(self.aStride)\(hasBias ? ", bias" : "")\(accumulates ? ", accumulating" : "")
        """
      }
      let cStride = width + 7
      var values = [Float](repeating: poison, count: rows * cStride)
      var expected = values
      for row in 0..<rows {
        for n in 0..<width {
          let place = row * cStride + n
          if accumulates { values[place] = start(row, n) }
          var start = hasBias ? bias[n] : 0
          if accumulates { start += values[place] }
          expected[place] = start + term(row, n)
        }
      }
      let c = GuardedFloats(values)
      set.multiplyInt8Panel(
        product(
          set, rows: rows, vectors: vectors, width: width, c: c.start, cStride: cStride, hasBias: hasBias,
          accumulates: accumulates))
      c.expectOnly("\(what()) \(set.name)") { $0 % cStride < width }
      expectIdentical(what(), set, c.values, expected)
    }
  }
}
