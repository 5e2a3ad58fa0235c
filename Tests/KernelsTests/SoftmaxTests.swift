import Glibc
import KernelTypes
import Kernels
import Testing

/// `KernelSet.softmaxNumerators` against double precision.
@Suite struct SoftmaxTests {
  @Test(arguments: InstructionSet.available, [1, 2, 3, 15, 16, 17, 63, 64, 65, 750])
  func numeratorsAndSum(_ set: KernelSet, count: Int) {
    for (zeros, scale) in [(0, 1), (0, 40), (0, 1000), (3, 1), (200, 30)] as [(Int, Float)] {
      var numbers = SeededNumbers(seed: UInt64(count + zeros))
      let scores = numbers.floats(count).map { $0 * scale }
      let row = GuardedFloats(scores)
      let sum = set.softmaxNumerators(row.start, count, zeros)
      let top = Double(max(scores.max()!, zeros > 0 ? 0 : -.infinity))
      let expected = scores.map { exp(Double($0) - top) }
      let what = "softmaxNumerators of \(count), \(zeros) zeros, scale \(scale)"
      row.expectOnly("\(what) \(set.name)") { _ in true }
      expectWithin(what, set, row.values, expected) { place in
        // Scores are rounded before they come; only their difference to the largest is rounded here. Below e^-87 there
        // are no more numbers.
        let distance = top - Double(scores[place])
        return distance > 86.9 ? 1e-37 : expected[place] * (3 * roundoff + 2 * roundoff * distance)
      }
      let expectedSum = expected.reduce(0, +) + (zeros > 0 ? Double(zeros) * exp(-top) : 0)
      expectWithin("\(what): sum", set, [sum], [expectedSum]) { _ in
        expectedSum * roundoff * (4 + 2 * min(Double(scale) * 2, 90) + Double(count) / Double(set.lanes))
      }
    }
  }

  @Test(arguments: InstructionSet.available)
  func equalScoresShareEqually(_ set: KernelSet) {
    for score: Float in [0, -80, 1e30, -1e30] {
      let row = GuardedFloats(Array(repeating: score, count: 37))
      #expect(set.softmaxNumerators(row.start, 37, 0) == 37)
      #expect(row.values == Array(repeating: 1, count: 37))
    }
  }
}
