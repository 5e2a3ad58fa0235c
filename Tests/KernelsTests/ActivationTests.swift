import Glibc
import LHKernelTypes
import LHKernels
import LHTestSupport
import Testing

/// GELU and ReLU against double precision.
@Suite struct ActivationTests {
  /// A dense grid where GELU bends, and every 4099th of all floats: zeros, subnormals, the largest.
  static let inputs: [Float] = {
    var values = (0...1_600_000).map { Float($0) * 1e-5 - 8 }
    for pattern in stride(from: UInt32(0), through: UInt32.max, by: 4099) {
      let value = Float(bitPattern: pattern)
      if value.isFinite { values.append(value) }
    }
    let one: Float = .leastNonzeroMagnitude
    let special: [Float] = [0, one, .leastNormalMagnitude, 6, Float(6).nextUp, 1e30, 2e38, .greatestFiniteMagnitude]
    return values + special + special.map(-)
  }()
  static let truths = inputs.map { gelu(Double($0)) }

  /// The true value.
  static func gelu(_ x: Double) -> Double { x * erfc(-x * 0.5.squareRoot()) / 2 }

  @Test(arguments: InstructionSet.available)
  func geluIsAsCloseAsItClaims(_ set: KernelSet) {
    let x = GuardedFloats(ActivationTests.inputs)
    set.gelu(ElementwiseRows(rows: 1, width: x.count, x: x.start, stride: x.count))
    let errors = GELUErrors(set)
    expectWithin("gelu", set, x.values, ActivationTests.truths) { place in
      errors.bound(ActivationTests.inputs[place], ActivationTests.truths[place])
    }
  }

  @Test(arguments: InstructionSet.available)
  func coarseGELUIsAsCloseAsItClaims(_ set: KernelSet) {
    let x = GuardedFloats(ActivationTests.inputs)
    set.coarseGELU(ElementwiseRows(rows: 1, width: x.count, x: x.start, stride: x.count))
    expectWithin("coarse gelu", set, x.values, ActivationTests.truths) { place in
      max(2.1e-5, 2e-7 * ActivationTests.truths[place].magnitude)
    }
  }

  @Test(arguments: InstructionSet.available)
  func reluIsExact(_ set: KernelSet) {
    let x = GuardedFloats(ActivationTests.inputs)
    set.relu(ElementwiseRows(rows: 1, width: x.count, x: x.start, stride: x.count))
    expectWithin("relu", set, x.values, ActivationTests.inputs.map { Double(max($0, 0)) }) { _ in 0 }
  }

  @Test(arguments: InstructionSet.available, Array(0...35) + [64, 100])
  func rowsEndWhereTheyShould(_ set: KernelSet, width: Int) {
    let stride = width + 3
    var numbers = SeededNumbers(seed: UInt64(width))
    let values = numbers.floats(3 * stride)
    for (name, kernel) in [("gelu", set.gelu), ("coarse gelu", set.coarseGELU), ("relu", set.relu)] {
      let x = GuardedFloats(values)
      kernel(ElementwiseRows(rows: 3, width: width, x: x.start, stride: stride))
      x.expectOnly("\(name) of width \(width) \(set.name)") { $0 % stride < width }
      for place in values.indices where place % stride < width {
        let one = GuardedFloats([values[place]])
        kernel(ElementwiseRows(rows: 1, width: 1, x: one.start, stride: 1))
        #expect(x.start[place] == one.start[0], "\(name), width \(width), place \(place), \(set.name)")
      }
    }
  }
}

/// What the kernels' sources claim of GELU's errors.
struct GELUErrors {
  private let isScalar: Bool
  private let isFused: Bool

  init(_ set: KernelSet) {
    isScalar = set.name == "scalar"
    isFused = set.name != "baseline"
  }

  /// The largest error of gelu(x), whose true value is `truth`.
  func bound(_ x: Float, _ truth: Double) -> Double {
    if isScalar { return roundoff * abs(truth) + 2e-15 }
    if x > 0 { return (isFused ? 1.1e-7 : 1.4e-7) * min(truth, 1) + (truth > 1 ? 8.9e-8 * (truth - 1) : 0) + 1e-45 }
    if x >= -1 { return (isFused ? 1.7e-7 : 2.2e-7) * abs(truth) + 1e-45 }
    return isFused ? 2.7e-8 : 3.5e-8
  }
}
