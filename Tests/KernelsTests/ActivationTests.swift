import Glibc
import KernelTypes
import Kernels
import Testing

/// GELU and ReLU against double precision.
@Suite struct ActivationTests {
  /// A dense grid, and what lies at the ends of the number format.
  static let inputs: [Float] =
    (-4000...4000).map { Float($0) / 400 } + (-2000...2000).map { Float($0) / 1e5 } + [
      0, -0.0, .leastNonzeroMagnitude, -.leastNonzeroMagnitude, 1e-30, -1e-30, 1e30, -1e30, .greatestFiniteMagnitude,
    ]

  private func gelu(_ x: Float) -> Double { Double(x) * erfc(-Double(x) * 0.5.squareRoot()) / 2 }

  @Test(arguments: InstructionSet.available)
  func geluIsClose(_ set: KernelSet) {
    let x = GuardedFloats(ActivationTests.inputs)
    set.gelu(x.start, 1, x.count, x.count)
    let expected = ActivationTests.inputs.map(gelu)
    // The result's own rounding, and the second term's error: relative where that term counts, and absolute where it
    // vanishes.
    expectWithin("gelu", set, x.values, expected) { place in
      let input = Double(ActivationTests.inputs[place])
      let term = abs(expected[place] - max(input, 0))
      return 0x1p-149 + roundoff * abs(expected[place]) + min(3e-8, 1e-6 * term) + (abs(input) > 3 ? 1.2e-8 : 0)
    }
  }

  @Test(arguments: InstructionSet.available)
  func reluIsExact(_ set: KernelSet) {
    let x = GuardedFloats(ActivationTests.inputs)
    set.relu(x.start, 1, x.count, x.count)
    expectWithin("relu", set, x.values, ActivationTests.inputs.map { Double(max($0, 0)) }) { _ in 0 }
  }

  @Test(arguments: InstructionSet.available, Array(0...35) + [64, 100])
  func rowsEndWhereTheyShould(_ set: KernelSet, width: Int) {
    let stride = width + 3
    var numbers = SeededNumbers(seed: UInt64(width))
    let values = numbers.floats(3 * stride)
    for (name, kernel) in [("gelu", set.gelu), ("relu", set.relu)] {
      let x = GuardedFloats(values)
      kernel(x.start, 3, width, stride)
      x.expectOnly("\(name) of width \(width) \(set.name)") { $0 % stride < width }
      for place in values.indices where place % stride < width {
        let one = GuardedFloats([values[place]])
        kernel(one.start, 1, 1, 1)
        #expect(x.start[place] == one.start[0], "\(name), width \(width), place \(place), \(set.name)")
      }
    }
  }
}
