import Glibc
import LHKernelTypes
import LHKernels
import LHTestSupport
import Testing

/// Transforms of blocks against the reference, which takes powers of the roots in double precision.
@Suite struct BlockTransformTests {
  struct Shape: CustomTestStringConvertible, Sendable {
    let isHalf: Bool
    let columns: Int
    let rows: Range<Int>
    var testDescription: String { "\(isHalf ? "half" : "whole"), \(columns) columns, rows \(rows)" }
  }

  static let shapes = [1, 3, 4, 7, 8, 16, 17, 24, 40, 48].flatMap { columns in
    [
      Shape(isHalf: true, columns: columns, rows: 0..<128), Shape(isHalf: true, columns: columns, rows: 63..<112),
      Shape(isHalf: false, columns: columns, rows: 0..<256), Shape(isHalf: false, columns: columns, rows: 127..<256),
      Shape(isHalf: false, columns: columns, rows: 64..<65),
    ]
  }

  @Test(arguments: InstructionSet.available, shapes)
  func agreesWithTheReference(_ set: KernelSet, shape: Shape) throws {
    var numbers = SeededNumbers(seed: 1)
    let rows = numbers.floats(shape.rows.count * (shape.columns + 3))
    let spectrum = numbers.floats(bins(shape) * 2 * (shape.columns + 1))
    let bias = numbers.floats(shape.columns)
    let spectra = (try forward(rows, shape, set), try forward(rows, shape, .scalar))
    // An error of a few roundings, of the size of the whole sum, in each of 8 steps.
    expectWithin("forward transform, \(shape.testDescription)", set, spectra.0, spectra.1.map { Double($0) }) { _ in
      8 * roundoff * Double(shape.rows.count).squareRoot()
    }
    let sums = (try inverse(spectrum, bias, shape, set), try inverse(spectrum, bias, shape, .scalar))
    expectWithin("inverse transform, \(shape.testDescription)", set, sums.0, sums.1.map { Double($0) }) { _ in
      8 * roundoff
    }
  }

  @Test(arguments: InstructionSet.available, shapes.filter { $0.rows.count >= 128 && $0.rows.lowerBound == 0 })
  func theInverseGivesTheRowsBack(_ set: KernelSet, shape: Shape) throws {
    var numbers = SeededNumbers(seed: 2)
    let rows = numbers.floats(shape.rows.count * (shape.columns + 3))
    let zeros = [Float](repeating: 0, count: shape.columns)
    let back = try inverse(try forward(rows, shape, set), zeros, shape, set)
    let expected = rows.enumerated().map { Double($0.offset % (shape.columns + 3) < shape.columns ? $0.element : 0) }
    expectWithin("there and back, \(shape.testDescription)", set, back, expected) { _ in 16 * roundoff }
  }

  /// The bins of z^128 + 1 are the same for a half block as for a whole one, and rows may go backwards.
  @Test(arguments: InstructionSet.available)
  func halfBlocksHaveTheUpperBins(_ set: KernelSet) throws {
    var numbers = SeededNumbers(seed: 3)
    let columns = 5
    let stride = columns + 3
    let rows = numbers.floats(128 * stride)
    let whole = try forward(rows, Shape(isHalf: false, columns: columns, rows: 0..<128), set)
    let half = try forward(rows, Shape(isHalf: true, columns: columns, rows: 0..<128), set)
    let expected = whole[(whole.count / 2)...].map { Double($0) }
    expectWithin("half block", set, half, expected) { _ in 8 * roundoff * Double(128).squareRoot() }

    let reversed = (0..<128).reversed().flatMap { rows[$0 * stride..<($0 + 1) * stride] }
    let backwards = try forward(
      reversed, Shape(isHalf: true, columns: columns, rows: 0..<128), set, isBackwards: true)
    expectIdentical("rows from last to first", set, backwards, half)
  }

  @Test(arguments: InstructionSet.available, [1, 3, 4, 8, 15, 16, 17, 24, 40, 48])
  func multipliesComplexRows(_ set: KernelSet, columns: Int) throws {
    var numbers = SeededNumbers(seed: 4)
    let stride = 2 * columns + 5
    let products = numbers.floats(6 * stride)
    let results = { (set: KernelSet) -> [Float] in
      let x = GuardedFloats(products, isFenced: true)
      let y = GuardedFloats(Array(repeating: 0, count: 6 * columns))
      withExtendedLifetime(x) {
        set.complexProducts(
          ComplexProducts(products: x.start, stride: stride, count: 3, columns: columns, y: y.start))
      }
      y.expectOnly("complexProducts \(set.name)") { _ in true }
      return y.values
    }
    expectIdentical("complexProducts of \(columns)", set, results(set), results(try .scalar))
  }

  private func bins(_ shape: Shape) -> Int { BlockTransform.binCount / (shape.isHalf ? 2 : 1) }

  private func forward(
    _ rows: [Float], _ shape: Shape, _ set: KernelSet, isBackwards: Bool = false
  ) throws -> [Float] {
    let stride = shape.columns + 3
    let source = GuardedFloats(Array(rows.dropLast(3)), isFenced: true)
    let target = GuardedFloats(Array(repeating: 0, count: bins(shape) * 2 * (shape.columns + 1)))
    let first = source.start + (isBackwards ? (shape.rows.count - 1) * stride : 0)
    withTransform(shape, rowStride: isBackwards ? -stride : stride) {
      set.forwardTransform(ForwardTransform(block: $0, rows: first, spectrum: target.start))
    }
    target.expectOnly("forward transform \(set.name), \(shape.testDescription)") {
      $0 % (shape.columns + 1) < shape.columns
    }
    withExtendedLifetime(source) {}
    return target.values
  }

  private func inverse(
    _ spectrum: [Float], _ bias: [Float], _ shape: Shape, _ set: KernelSet
  ) throws -> [Float] {
    let stride = shape.columns + 3
    let source = GuardedFloats(Array(spectrum.dropLast(1)), isFenced: true)
    let addend = GuardedFloats(bias, isFenced: true)
    let target = GuardedFloats(Array(repeating: 0, count: shape.rows.count * stride))
    withTransform(shape, rowStride: stride) {
      set.inverseTransform(
        InverseTransform(block: $0, spectrum: source.start, bias: addend.start, rows: target.start))
    }
    target.expectOnly("inverse transform \(set.name), \(shape.testDescription)") { $0 % stride < shape.columns }
    withExtendedLifetime((source, addend)) {}
    return target.values
  }

  private func withTransform(_ shape: Shape, rowStride: Int, _ body: (BlockTransform) -> Void) {
    Self.roots.withUnsafeBufferPointer { roots in
      guard let roots = roots.baseAddress else { return }
      body(
        BlockTransform(
          isHalf: shape.isHalf, roots: roots, columns: shape.columns, firstRow: shape.rows.lowerBound,
          rowCount: shape.rows.count, rowStride: rowStride, binStride: 2 * (shape.columns + 1),
          partStride: shape.columns + 1))
    }
  }

  /// The roots from their definition: those of a pair are the square roots of their parent.
  private static let roots: [Float] = {
    var angles = [0, Double.pi / 2]
    for bin in 2..<BlockTransform.binCount { angles.append(angles[bin / 2] / 2 + (bin % 2 == 0 ? 0 : .pi)) }
    return angles.flatMap { [Float(cos($0)), Float(sin($0))] }
  }()
}
