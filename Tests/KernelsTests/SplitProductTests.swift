import LHKernelTypes
import LHKernels
import LHTestSupport
import Testing

/// `KernelSet.split`: rows as planes of bfloat16, and products of those, against sums in double precision.
@Suite struct SplitProductTests {
  /// Sets that split rows.
  static var sets: [KernelSet] {
    InstructionSet.names.compactMap { try? InstructionSet.select($0) }.filter(\.hasMatrixRegisters)
  }

  @Test(arguments: sets, [1, 15, 16, 31, 32, 33, 64, 500])
  func planesSumUpToTheValue(_ set: KernelSet, width: Int) throws {
    let split = try #require(set.split)
    var numbers = SeededNumbers(seed: UInt64(width))
    let rows = 3
    // Values of every size that occurs, of both signs, and zeros.
    let x = numbers.floats(rows * width).enumerated().map { index, value in
      index % 7 == 3 ? 0 : value * [1, 1e-6, 1e6, 1e-20, 1e20][index % 5]
    }
    let values = FencedValues(x)
    let (stride, planeStride) = (width + 5, rows * (width + 5) + 9)
    var planes = [UInt16](repeating: 0xffff, count: 3 * planeStride)
    planes.withUnsafeMutableBufferPointer { planes in
      split.splitRows(
        BFloat16Splitting(
          rows: rows, width: width, x: values.start, xStride: width, y: planes.baseAddress!, yStride: stride,
          planeStride: planeStride))
    }
    for row in 0..<rows {
      for n in 0..<width {
        let parts = (0..<3).map { Float(bitPattern: UInt32(planes[$0 * planeStride + row * stride + n]) << 16) }
        let value = x[row * width + n]
        #expect(Double(parts[0]) + Double(parts[1]) + Double(parts[2]) == Double(value), "\(value) as \(parts)")
        #expect(abs(parts[1]) <= abs(value) / 256 && abs(parts[2]) <= abs(value) / 65_536, "\(value) as \(parts)")
      }
      // Nothing beside the rows.
      for n in width..<stride { #expect(planes[row * stride + n] == 0xffff) }
    }
  }

  @Test(arguments: sets, [0, 1, 2, 31, 32, 33, 64, 100, 256, 257, 513, 1536])
  func everyShape(_ set: KernelSet, depth: Int) throws {
    let split = try #require(set.split)
    let rowCounts = [1, 2, 15, 16, 17, 31, 32, 33, 49]
    let most = rowCounts.max()!
    for aStride in Set([depth + 3, max(1, depth / 2)]) {
      var numbers = SeededNumbers(seed: UInt64(depth * 31 + aStride))
      let columns = set.panelWidth
      let count = max(0, (most - 1) * aStride + depth)
      let a = numbers.floats(count)
      let b = numbers.floats(depth * columns)
      let bias = numbers.floats(columns)
      let planes = self.planes(a, split)
      let sums = Sums(rows: most, columns: columns, depth: depth, aStride: aStride, a, b)
      for vectors in Set([1, 2, 3, set.panelVectors]) {
        let panelWidth = vectors * set.lanes
        let panel = FencedValues((0..<depth * panelWidth).map { b[$0 / panelWidth * columns + $0 % panelWidth] })
        let usedBias = FencedValues(Array(bias.prefix(panelWidth)))
        for rows in rowCounts {
          for width in Set([1, panelWidth - 1, panelWidth]) {
            for (hasBias, accumulates) in [(false, false), (true, false), (false, true), (true, true)] {
              let cStride = width + 7
              var start = [Float](repeating: poison, count: rows * cStride)
              for row in 0..<rows {
                for n in 0..<width where accumulates { start[row * cStride + n] = Float(row * 64 + n) * 0.001 - 1 }
              }
              let c = GuardedFloats(start)
              split.multiplyPanel(
                SplitPanelProduct(
                  rows: rows, depth: depth, a: planes.start, aStride: aStride, planeStride: count, b: panel.start,
                  bStride: panelWidth, vectors: vectors, bias: hasBias ? usedBias.start : nil,
                  accumulates: accumulates, c: c.start, cStride: cStride, width: width))
              let what = {
                """
                multiplySplitPanel of \(rows) x \(depth) by \(width) of \(vectors) vectors, distance of rows \
                \(aStride)\(hasBias ? ", bias" : "")\(accumulates ? ", accumulating" : "")
                """
              }
              c.expectOnly("\(what()) \(set.name)") { $0 % cStride < width }
              var (actual, expected, sizes): ([Float], [Double], [Double]) = ([], [], [])
              for row in 0..<rows {
                for n in 0..<width {
                  let place = row * columns + n
                  let first = accumulates ? Double(start[row * cStride + n]) : 0
                  actual.append(c.start[row * cStride + n])
                  expected.append(sums.products[place] + (hasBias ? Double(bias[n]) : 0) + first)
                  sizes.append(sums.sizes[place] + (hasBias ? abs(Double(bias[n])) : 0) + abs(first))
                }
              }
              // What is left out of a product is below 2^-24 of it. Sixteen pairs are summed, then added to those of
              // six products of planes for each 32 of a part's depth; parts are added to C.
              let roundings = Double(16 + 6 * min(depth, 256) / 32 + depth / 256 + 8)
              expectWithin(what(), set, actual, expected) { roundings * roundoff * sizes[$0] }
            }
          }
        }
      }
    }
  }

  /// A product of the size of a feed-forward layer is as exact as one of vectors: the mean error is compared.
  @Test(arguments: sets, [768, 3072])
  func errorsAreThoseOfFloat32(_ set: KernelSet, depth: Int) throws {
    let split = try #require(set.split)
    var numbers = SeededNumbers(seed: 11)
    let (rows, columns) = (32, set.panelWidth)
    let (a, b) = (numbers.floats(rows * depth), numbers.floats(depth * columns))
    let sums = Sums(rows: rows, columns: columns, depth: depth, aStride: depth, a, b)
    let planes = planes(a, split)
    let (rowValues, panel) = (FencedValues(a), FencedValues(b))
    let (c, direct) = (
      GuardedFloats([Float](repeating: 0, count: rows * columns)),
      GuardedFloats([Float](repeating: 0, count: rows * columns))
    )
    split.multiplyPanel(
      SplitPanelProduct(
        rows: rows, depth: depth, a: planes.start, aStride: depth, planeStride: a.count, b: panel.start,
        bStride: columns, vectors: set.panelVectors, bias: nil, accumulates: false, c: c.start, cStride: columns,
        width: columns))
    set.multiplyPanel(
      PanelProduct(
        rows: rows, depth: depth, a: rowValues.start, aStride: depth, b: panel.start, bStride: columns,
        vectors: set.panelVectors, bias: nil, accumulates: false, c: direct.start, cStride: columns, width: columns))
    func error(_ values: GuardedFloats) -> Double {
      (0..<rows * columns).reduce(0) { $0 + abs(Double(values.start[$1]) - sums.products[$1]) } / Double(rows * columns)
    }
    let (ours, theirs) = (error(c), error(direct))
    #expect(ours <= 1.5 * theirs, "depth \(depth): \(ours) by split rows, \(theirs) by vectors")
  }

  /// All values as three planes, one behind the other.
  private func planes(_ a: [Float], _ split: SplitKernels) -> FencedValues<UInt16> {
    var planes = [UInt16](repeating: 0, count: 3 * a.count)
    a.withUnsafeBufferPointer { a in
      planes.withUnsafeMutableBufferPointer { planes in
        guard let x = a.baseAddress, let y = planes.baseAddress else { return }
        split.splitRows(
          BFloat16Splitting(
            rows: 1, width: a.count, x: x, xStride: a.count, y: y, yStride: a.count, planeStride: a.count))
      }
    }
    return FencedValues(planes)
  }
}

/// Sums of a * b, and of |a * b|, [rows, columns], in double precision.
private struct Sums {
  let products, sizes: [Double]

  init(rows: Int, columns: Int, depth: Int, aStride: Int, _ a: [Float], _ b: [Float]) {
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
    (self.products, self.sizes) = (products, sizes)
  }
}
