import LHKernelTypes
import LHKernels
import LHTestSupport
import Testing

/// The kernels around the seven products of Strassen's algorithm, against the reference kernels.
@Suite struct StrassenTests {
  /// Each element is rounded once: the same to the last bit.
  @Test(arguments: InstructionSet.available, ElementwiseTests.counts)
  func sums(_ set: KernelSet, count: Int) throws {
    var numbers = SeededNumbers(seed: UInt64(count))
    let quarters = (0..<4).map { _ in numbers.floats(count) }
    for gap in [0, 3] {
      let planeStride = count + gap
      let results = { (set: KernelSet) -> [Float] in
        let x = quarters.map { GuardedFloats($0, isFenced: true) }
        let sums = GuardedFloats(Array(repeating: 7, count: StrassenSums.planes * planeStride))
        withExtendedLifetime(x) {
          set.strassenSums(
            StrassenSums(
              x11: x[0].start, x12: x[1].start, x21: x[2].start, x22: x[3].start, count: count, sums: sums.start,
              planeStride: planeStride))
        }
        sums.expectOnly("strassenSums of \(count), \(set.name)") { $0 % planeStride < count }
        return sums.values
      }
      expectIdentical("strassenSums of \(count)", set, results(set), results(try .scalar))
    }
  }

  struct Outputs: CustomTestStringConvertible, Sendable {
    let pairs: Int
    let hasLower, hasBias, accumulates: Bool
    var testDescription: String {
      "\(pairs) pairs\(hasLower ? "" : " without lower rows")\(hasBias ? ", biases" : "")"
        + (accumulates ? ", accumulating" : "")
    }

    static let all = [0, 1, 2, 7].flatMap { pairs in
      (0..<8).map { Outputs(pairs: pairs, hasLower: $0 & 1 == 0, hasBias: $0 & 2 != 0, accumulates: $0 & 4 != 0) }
    }
  }

  @Test(arguments: InstructionSet.available, Outputs.all)
  func outputs(_ set: KernelSet, _ shape: Outputs) throws {
    for vectors in 1...set.panelVectors {
      let width = vectors * set.lanes
      var numbers = SeededNumbers(seed: UInt64(width))
      let planeStride = shape.pairs * width + 3
      let products = numbers.floats((StrassenOutputs.planes - 1) * planeStride + shape.pairs * width)
      let bias = (left: numbers.floats(width), right: numbers.floats(width))
      // A gap between the two panels' columns, and one between rows.
      let rightOffset = width + 5
      let rowStride = rightOffset + width + 2
      let start = numbers.floats(2 * shape.pairs * rowStride)
      let isOutput = { (place: Int) in
        let (row, column) = (place / rowStride, place % rowStride)
        return (shape.hasLower || row % 2 == 0)
          && (column < width || (rightOffset..<rightOffset + width).contains(column))
      }
      let what = "strassenOutputs of width \(width), \(shape.testDescription)"
      let results = { (set: KernelSet) -> [Float] in
        let m = GuardedFloats(products, isFenced: true)
        let left = GuardedFloats(bias.left, isFenced: true)
        let right = GuardedFloats(bias.right, isFenced: true)
        let c = GuardedFloats(
          start.enumerated().map { isOutput($0.offset) && !shape.accumulates ? poison : $0.element })
        withExtendedLifetime((m, left, right)) {
          set.strassenOutputs(
            StrassenOutputs(
              pairs: shape.pairs, width: width, products: m.start, planeStride: planeStride, upper: c.start,
              lower: shape.hasLower ? c.start + rowStride : nil, pairStride: 2 * rowStride, rightOffset: rightOffset,
              leftBias: shape.hasBias ? UnsafePointer(left.start) : nil,
              rightBias: shape.hasBias ? UnsafePointer(right.start) : nil, accumulates: shape.accumulates))
        }
        c.expectOnly("\(what), \(set.name)", isOutput)
        return c.values
      }
      // Six numbers between -1 and 1 are added at most: five roundings of sums that are below 6, and the reference's
      // one.
      expectWithin(what, set, results(set), results(try .scalar).map(Double.init)) { _ in 6 * 6 * roundoff }
    }
  }
}
