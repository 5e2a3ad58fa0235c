import LHKernelTypes
import LHKernels
import Testing

@Suite struct WeightMatrixTests {
  @Test(arguments: InstructionSet.available, [1, 65])
  func panelsHoldTheColumnsInOrder(_ set: KernelSet, depth: Int) {
    let (lanes, width) = (set.lanes, set.panelWidth)
    for columns in Set([1, lanes - 1, lanes, lanes + 1, width - 1, width, width + 1, 2 * width + lanes + 1])
    where columns > 0 {
      for isPlain in [false, true] {
        // Written at once, a column at a time, and in parts that end inside panels.
        for part in [columns, 1, 7, width + 3] {
          check(set, depth: depth, columns: columns, isPlain: isPlain, part: part)
        }
      }
    }
  }

  @Test(arguments: InstructionSet.available)
  func biasesAreFilledWithZeros(_ set: KernelSet) throws {
    let columns = set.panelWidth + 1
    let matrix = try WeightMatrix(depth: 3, columns: columns, hasBias: true, kernels: set)
    let stored = columns.roundedUp(toMultipleOf: set.lanes)
    let bias = try #require(matrix.bias)
    #expect((0..<stored).allSatisfy { bias[$0] == 0 })
    matrix.setBias([1, 2], count: 2, atColumn: columns - 2)
    let filled = Array(repeating: Float(0), count: columns - 2) + [1, 2]
    expectIdentical(
      "biases", set, (0..<stored).map { bias[$0] }, filled + Array(repeating: 0, count: stored - columns))
    #expect(matrix.byteCount == 4 * (stored + 3 * stored))
    let without = try WeightMatrix(depth: 3, columns: columns, hasBias: false, kernels: set)
    #expect(without.bias == nil)
    without.setBias([1, 2], count: 2, atColumn: 0)
  }

  private func check(_ set: KernelSet, depth: Int, columns: Int, isPlain: Bool, part: Int) {
    let stride = depth + 2
    let rows = GuardedFloats((0..<columns * stride - 2).map { Float($0 + 1) }, isFenced: true)
    let matrix = try! WeightMatrix(depth: depth, columns: columns, hasBias: false, kernels: set, isPlain: isPlain)
    for first in Swift.stride(from: 0, to: columns, by: part) {
      matrix.pack(
        rows: rows.start + first * stride, count: min(part, columns - first), stride: stride, atColumn: first,
        kernels: set)
    }
    var seen = 0
    for index in 0..<matrix.layout.panelCount {
      let panel = matrix.layout.panel(index)
      let what = "\(set.name), \(depth) x \(columns)\(isPlain ? " plain" : ""), parts of \(part), panel \(index)"
      #expect(panel.columns.lowerBound == seen, "\(what)")
      #expect(isPlain ? panel.width == columns : panel.width % set.lanes == 0, "\(what)")
      #expect(panel.width - panel.columns.count < (isPlain ? 1 : set.lanes), "\(what)")
      seen = panel.columns.upperBound
      var actual: [Float] = []
      var expected: [Float] = []
      for k in 0..<depth {
        for n in 0..<panel.width {
          let column = panel.columns.lowerBound + n
          actual.append(matrix.storage.start[panel.start + k * panel.width + n])
          expected.append(column < columns ? rows.start[column * stride + k] : 0)
        }
      }
      expectIdentical(what, set, actual, expected)
    }
    #expect(seen == columns, "\(set.name): all columns are in panels")
  }
}
