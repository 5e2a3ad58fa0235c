import LHKernelTypes
import LHKernels
import LHTestSupport
import Testing

/// `KernelSet.multiplyBFloat16Panel`, against sums in double precision.
@Suite struct BFloat16PanelProductTests {
  @Test(arguments: InstructionSet.available, [0, 2, 4, 64, 500, 1538])
  func everyShape(_ set: KernelSet, depth: Int) {
    for aStride in [depth, depth + 3, max(1, depth / 2), 1] {
      let operands = BFloat16Operands(depth: depth, aStride: aStride, columns: set.panelWidth)
      for vectors in 1...set.panelVectors {
        let panel = vectors * set.lanes
        for rows in PanelProductTests.rowCounts {
          for width in Set([1, panel - set.lanes + 1, panel - 1, panel]) where width > 0 {
            check(set, operands, rows: rows, vectors: vectors, width: width)
          }
        }
      }
    }
  }

  @Test(arguments: InstructionSet.available)
  func aResultDoesNotDependOnTheTile(_ set: KernelSet) {
    let operands = BFloat16Operands(depth: 200, aStride: 77, columns: set.panelWidth)
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

  private func check(_ set: KernelSet, _ operands: BFloat16Operands, rows: Int, vectors: Int, width: Int) {
    for (hasBias, accumulates) in [(false, false), (true, false), (false, true), (true, true)] {
      let what = {
        """
        multiplyBFloat16Panel of \(rows) x \(operands.depth) by \(width) of \(vectors) vectors, distance of rows \
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
      // Products of 8-bit significands are exact floats. Every term passes through the additions that follow it, with
      // one rounding each; C's own value through one.
      let roundings = Double(operands.depth + 2)
      expectWithin(what(), set, actual, expected) { roundings * roundoff * sizes[$0] }
    }
  }
}

/// A and B of some products, and their sums in double precision.
private final class BFloat16Operands {
  let depth: Int
  let aStride: Int
  let columns: Int
  let bias: [Float]
  /// Sum of a * b, and of |a * b|, [49, columns].
  let products: [Double]
  let sizes: [Double]

  private let a: FencedValues<UInt16>
  private let b: [UInt16]
  private var panels: [Int: FencedValues<UInt16>] = [:]

  init(depth: Int, aStride: Int, columns: Int) {
    var numbers = SeededNumbers(seed: UInt64(depth * 31 + aStride))
    let rows = PanelProductTests.rowCounts.max()!
    let a = numbers.floats(max(0, (rows - 1) * aStride + depth)).map(nearestBFloat16)
    let b = numbers.floats(depth * columns).map(nearestBFloat16)
    var products = [Double](repeating: 0, count: rows * columns)
    var sizes = products
    for row in 0..<rows {
      for k in 0..<depth {
        let factor = Double(a[row * aStride + k])
        for n in 0..<columns {
          let product = factor * Double(b[k * columns + n])
          products[row * columns + n] += product
          sizes[row * columns + n] += abs(product)
        }
      }
    }
    self.depth = depth
    self.aStride = aStride
    self.columns = columns
    self.a = FencedValues(a.map { UInt16($0.bitPattern >> 16) })
    self.b = b.map { UInt16($0.bitPattern >> 16) }
    self.products = products
    self.sizes = sizes
    bias = numbers.floats(columns)
  }

  /// What C holds before.
  func start(_ row: Int, _ column: Int) -> Float { Float(row * 64 + column) * 0.001 - 1 }

  /// The columns as a panel of fewer vectors: [depth / 2][panel width][2].
  private func panel(width: Int) -> FencedValues<UInt16> {
    if let panel = panels[width] { return panel }
    let panel = FencedValues(
      (0..<depth * width).map { place in
        let k = place / (2 * width) * 2 + place % 2
        return b[k * columns + place / 2 % width]
      })
    panels[width] = panel
    return panel
  }

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
    let usedBias = FencedValues(Array(bias.prefix(vectors * set.lanes)))
    set.multiplyBFloat16Panel(
      BFloat16PanelProduct(
        rows: rows, depth: depth, a: a.start, aStride: aStride, b: panel(width: vectors * set.lanes).start,
        bStride: vectors * set.lanes, vectors: vectors, bias: hasBias ? usedBias.start : nil, accumulates: accumulates,
        c: c.start, cStride: cStride,
        width: width))
    return c
  }
}
