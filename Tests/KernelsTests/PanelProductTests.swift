import LHKernelTypes
import LHKernels
import LHTestSupport
import Testing

/// `KernelSet.multiplyPanel`, against sums in double precision.
@Suite struct PanelProductTests {
  /// Every tile height of every set, and rows that are cut into several tiles or several narrow blocks.
  static let rowCounts = Array(0...13) + [23, 24, 25, 49]
  static let depths = [0, 1, 2, 63, 64, 65, 128, 129, 1000, 1537]

  @Test(arguments: InstructionSet.available, depths)
  func everyShape(_ set: KernelSet, depth: Int) {
    for (aStride, bGap) in [(depth, 0), (depth + 3, 5), (max(1, depth / 2), 0), (1, 128)] {
      let operands = Operands(depth: depth, aStride: aStride, bStride: set.panelWidth + bGap, columns: set.panelWidth)
      for vectors in Set([1, 2, 3, 4, set.panelVectors]) where vectors <= set.panelVectors {
        let panel = vectors * set.lanes
        for rows in PanelProductTests.rowCounts {
          // All widths that end inside the last vector, and the one that is just whole vectors less.
          for width in Set([1, panel - set.lanes, panel - set.lanes + 1, panel - 1, panel]) where width > 0 {
            check(set, operands, rows: rows, vectors: vectors, width: width)
          }
        }
      }
    }
  }

  @Test(arguments: InstructionSet.available)
  func everyWidth(_ set: KernelSet) {
    let operands = Operands(depth: 65, aStride: 40, bStride: set.panelWidth, columns: set.panelWidth)
    for vectors in 1...set.panelVectors {
      for width in 1...vectors * set.lanes {
        for rows in [1, 6, 25] { check(set, operands, rows: rows, vectors: vectors, width: width) }
      }
    }
  }

  @Test(arguments: InstructionSet.available)
  func aResultDoesNotDependOnTheTile(_ set: KernelSet) {
    let operands = Operands(depth: 200, aStride: 77, bStride: set.panelWidth, columns: set.panelWidth)
    let whole = operands.run(set, rows: 25, vectors: set.panelVectors, width: set.panelWidth, cStride: set.panelWidth)
    for rows in 1...13 {
      for vectors in 1...set.panelVectors {
        for width in [vectors * set.lanes, vectors * set.lanes - 1] where width > 0 {
          let part = operands.run(set, rows: rows, vectors: vectors, width: width, cStride: width)
          let same = (0..<rows).flatMap { row in whole.values[row * set.panelWidth..<row * set.panelWidth + width] }
          expectIdentical("\(rows) rows, \(vectors) vectors, width \(width)", set, part.values, same)
        }
      }
    }
  }

  private func check(_ set: KernelSet, _ operands: Operands, rows: Int, vectors: Int, width: Int) {
    for (hasBias, accumulates) in [(false, false), (true, false), (false, true), (true, true)] {
      let what = {
        """
        multiplyPanel of \(rows) x \(operands.depth) by \(width) of \(vectors) vectors, distance of rows \
        \(operands.aStride)\(hasBias ? ", bias" : "")\(accumulates ? ", accumulating" : "")
        """
      }
      let cStride = width + 7
      let c = operands.run(
        set, rows: rows, vectors: vectors, width: width, cStride: cStride, hasBias: hasBias, accumulates: accumulates)
      c.expectOnly("\(what()) \(set.name)") { $0 % cStride < width }
      var actual: [Float] = []
      var expected: [Double] = []
      var sizes: [Double] = []
      for row in 0..<rows {
        for n in 0..<width {
          let place = row * operands.columns + n
          let bias = hasBias ? Double(operands.bias[n]) : 0
          let start = accumulates ? Double(operands.start(row, n)) : 0
          actual.append(c.start[row * cStride + n])
          expected.append(operands.products[place] + bias + start)
          sizes.append(operands.sizes[place] + abs(bias) + abs(start))
        }
      }
      // Every term passes through the additions of its own part of 64, then those of the parts, each with one rounding;
      // without fused operations there is one more for each product.
      let roundings = Double(
        min(operands.depth, PanelProduct.chainLength) + operands.depth / PanelProduct.chainLength + 4)
      expectWithin(what(), set, actual, expected) { roundings * roundoff * sizes[$0] }
    }
  }
}

/// A and B of some products, and their sums in double precision.
private final class Operands {
  let depth: Int
  let aStride: Int
  let bStride: Int
  let columns: Int
  let a: GuardedFloats
  let b: GuardedFloats
  let bias: [Float]
  /// Sum of a * b, and of |a * b|, [49, columns].
  let products: [Double]
  let sizes: [Double]

  init(depth: Int, aStride: Int, bStride: Int, columns: Int) {
    var numbers = SeededNumbers(seed: UInt64(depth * 31 + aStride))
    let rows = PanelProductTests.rowCounts.max()!
    let a = numbers.floats(max(0, (rows - 1) * aStride + depth))
    var b = [Float](repeating: poison, count: max(0, depth * bStride - (bStride - columns)))
    for k in 0..<depth { b.replaceSubrange(k * bStride..<k * bStride + columns, with: numbers.floats(columns)) }
    var products = [Double](repeating: 0, count: rows * columns)
    var sizes = products
    for row in 0..<rows {
      for k in 0..<depth {
        let factor = Double(a[row * aStride + k])
        for n in 0..<columns {
          let product = factor * Double(b[k * bStride + n])
          products[row * columns + n] += product
          sizes[row * columns + n] += abs(product)
        }
      }
    }
    self.depth = depth
    self.aStride = aStride
    self.bStride = bStride
    self.columns = columns
    self.a = GuardedFloats(a, isFenced: true)
    self.b = GuardedFloats(b, isFenced: true)
    bias = numbers.floats(columns)
    self.products = products
    self.sizes = sizes
  }

  /// What C holds before.
  func start(_ row: Int, _ column: Int) -> Float { Float(row * 64 + column) * 0.001 - 1 }

  /// C with everything between its rows poisoned.
  func run(
    _ set: KernelSet, rows: Int, vectors: Int, width: Int, cStride: Int, hasBias: Bool = false,
    accumulates: Bool = false
  ) -> GuardedFloats {
    var values = [Float](repeating: poison, count: rows * cStride)
    for row in 0..<rows {
      for n in 0..<width where accumulates { values[row * cStride + n] = start(row, n) }
    }
    let c = GuardedFloats(values)
    let usedBias = GuardedFloats(Array(bias.prefix(vectors * set.lanes)), isFenced: true)
    set.multiplyPanel(
      PanelProduct(
        rows: rows, depth: depth, a: a.start, aStride: aStride, b: b.start, bStride: bStride, vectors: vectors,
        bias: hasBias ? UnsafePointer(usedBias.start) : nil, accumulates: accumulates, c: c.start, cStride: cStride,
        width: width))
    return c
  }
}
