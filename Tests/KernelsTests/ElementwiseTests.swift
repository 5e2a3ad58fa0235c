import LHKernelTypes
import LHKernels
import LHTestSupport
import Testing

/// Kernels that round each element once at most: the same to the last bit as the reference kernels.
@Suite struct ElementwiseTests {
  static let counts = Array(0...33) + [63, 64, 65, 500]

  @Test(arguments: InstructionSet.available, counts)
  func scaleAddStandardize(_ set: KernelSet, count: Int) throws {
    var numbers = SeededNumbers(seed: UInt64(count))
    let x = numbers.floats(count)
    let y = numbers.floats(count)
    let results = { (set: KernelSet) -> [[Float]] in
      let scaled = GuardedFloats(x)
      set.scale(ScaleElements(x: scaled.start, count: count, factor: 0.37))
      scaled.expectOnly("scale \(set.name)") { _ in true }
      let sum = GuardedFloats(x)
      let addend = GuardedFloats(y, isFenced: true)
      set.add(AddElements(x: sum.start, y: addend.start, count: count))
      sum.expectOnly("add \(set.name)") { _ in true }
      let standard = GuardedFloats(x)
      set.standardize(
        StandardizeElements(x: addend.start, y: standard.start, count: count, mean: 0.11, factor: 3))
      standard.expectOnly("standardize \(set.name)") { _ in true }
      return [scaled.values, sum.values, standard.values]
    }
    for (kernel, (actual, expected)) in zip(
      ["scale", "add", "standardize"], zip(results(set), results(try .scalar)))
    {
      expectIdentical("\(kernel) of \(count)", set, actual, expected)
    }
  }

  /// Where products and sums are one instruction they are rounded once, else twice; the reference rounds once.
  @Test(arguments: InstructionSet.available, counts)
  func addScaled(_ set: KernelSet, count: Int) throws {
    var numbers = SeededNumbers(seed: UInt64(count))
    let (x, y) = (numbers.floats(count), numbers.floats(count))
    let run = { (set: KernelSet) -> [Float] in
      let sum = GuardedFloats(x)
      let addend = GuardedFloats(y, isFenced: true)
      set.addScaled(AddScaledElements(x: sum.start, y: addend.start, count: count, factor: 0.37))
      sum.expectOnly("addScaled \(set.name)") { _ in true }
      return sum.values
    }
    expectWithin("addScaled of \(count)", set, run(set), run(try .scalar).map(Double.init)) { _ in 0x1p-23 }
  }

  @Test(arguments: InstructionSet.available, counts)
  func toomCook(_ set: KernelSet, count: Int) throws {
    var numbers = SeededNumbers(seed: UInt64(count))
    let stride = count + 2
    let even = numbers.floats(3 * stride + count)
    let products = (numbers.floats(count), numbers.floats(count))
    let results = { (set: KernelSet) -> [[Float]] in
      let x = GuardedFloats(even, isFenced: true)
      let sums = (0..<4).map { _ in GuardedFloats(Array(repeating: 0, count: count)) }
      set.toomCookInputs(
        ToomCookInputs(
          even: x.start, stride: stride, count: count,
          sums: ToomCookSums(
            first: sums[0].start, plus: sums[1].start, minus: sums[2].start, last: sums[3].start)))
      for one in sums { one.expectOnly("toomCookInputs \(set.name)") { _ in true } }
      let y = GuardedFloats(Array(repeating: 0, count: 2 * stride + count))
      let plus = GuardedFloats(products.0, isFenced: true)
      let minus = GuardedFloats(products.1, isFenced: true)
      withExtendedLifetime((plus, minus)) {
        set.toomCookOutputs(
          ToomCookOutputs(plus: plus.start, minus: minus.start, count: count, y: y.start, stride: stride))
      }
      y.expectOnly("toomCookOutputs \(set.name)") { $0 % stride < count }
      return sums.map(\.values) + [y.values]
    }
    for (actual, expected) in zip(results(set), results(try .scalar)) {
      expectIdentical("Toom-Cook sums of \(count)", set, actual, expected)
    }
  }

  /// Below, at and above whole blocks of every instruction set, in both directions.
  static let sizes = [0, 1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 70]

  @Test(arguments: InstructionSet.available, sizes)
  func transposes(_ set: KernelSet, rows: Int) throws {
    var numbers = SeededNumbers(seed: 1)
    for columns in Self.sizes {
      // Rows that follow each other at once, and with gaps; the last one ends where memory does.
      for gap in [0, 3] {
        let size = max(rows * (columns + gap) - gap, 0)
        let values = numbers.floats(size)
        let results = { (set: KernelSet) -> [Float] in
          let source = GuardedFloats(values, isFenced: true)
          let target = GuardedFloats(Array(repeating: 7, count: columns * (rows + gap)))
          withExtendedLifetime(source) {
            set.transpose(
              Transposition(
                rows: rows, columns: columns, source: source.start, sourceStride: columns + gap,
                destination: target.start, destinationStride: rows + gap))
          }
          target.expectOnly("transpose of \(rows) x \(columns), \(set.name)") { $0 % (rows + gap) < rows }
          return target.values
        }
        expectIdentical("transpose of \(rows) x \(columns)", set, results(set), results(try .scalar))
      }
    }
  }

  @Test(arguments: InstructionSet.available)
  func peakCountsItsOperations(_ set: KernelSet) {
    #expect(
      set.peak(PeakLoop(rounds: 2000)) == 2 * set.peak(PeakLoop(rounds: 1000)) && set.peak(PeakLoop(rounds: 1)) > 0)
  }
}
