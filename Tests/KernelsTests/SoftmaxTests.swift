import Glibc
import LHKernelTypes
import LHKernels
import LHTestSupport
import Testing

/// `KernelSet.softmaxNumerators`.
@Suite struct SoftmaxTests {
  /// Scores no larger than the first, which is 0: densely to -100, and every 4099th of all negative floats.
  static let scores: [Float] = {
    var values = (0...1_000_000).map { -Float($0) * 1e-4 }
    for pattern in stride(from: UInt32(0x8000_0000), through: UInt32.max, by: 4099) {
      let value = Float(bitPattern: pattern)
      if value.isFinite { values.append(value) }
    }
    return values + [-0.0, -87, Float(-87).nextDown, -1e30, -.greatestFiniteMagnitude]
  }()

  /// What the kernels' sources claim of the exponential's error.
  static func bound(_ set: KernelSet, _ score: Double) -> Double {
    let truth = exp(score)
    let least = 1.7e-38
    switch set.name {
    case "scalar": return roundoff * truth + 1e-45
    case "baseline": return score < -87 ? least : (1.1e-7 + 7.4e-8 * abs(score)) * truth
    default: return score < -87 ? least : (1e-7 + 1.4e-8 * abs(score)) * truth
    }
  }

  @Test(arguments: InstructionSet.available)
  func theExponentialIsAsCloseAsItClaims(_ set: KernelSet) {
    var values = SoftmaxTests.scores
    var running = RunningSoftmax()
    let factor = values.withUnsafeMutableBufferPointer {
      set.softmaxNumerators($0.baseAddress!, count: $0.count, &running)
    }
    #expect(factor == 0 && running.maximum == 0)
    let truths = SoftmaxTests.scores.map { exp(Double($0)) }
    expectWithin("softmaxNumerators", set, values, truths) { SoftmaxTests.bound(set, Double(SoftmaxTests.scores[$0])) }
    // No absolute error is larger than a rounding of the largest weight, 1.
    expectWithin("softmaxNumerators", set, values, truths) { _ in 7.5e-8 }
    expectWithin("sum of softmaxNumerators", set, [running.sum], [truths.reduce(0, +)]) { _ in
      Double(values.count / set.lanes) * roundoff * truths.reduce(0, +)
    }
  }

  @Test(arguments: InstructionSet.available)
  func everyEdge(_ set: KernelSet) {
    let lanes = set.lanes
    for count in Set([1, 2, lanes - 1, lanes, lanes + 1, 2 * lanes, 63, 64, 65, 1537]) where count > 0 {
      for zeros in [0, 1, 7, 300] {
        for offset: Float in [0, -5, 40, -60] {
          var numbers = SeededNumbers(seed: UInt64(count))
          let scores = numbers.floats(count).map { 8 * $0 + offset }
          for largest in Set([0, count / 2, count - 1]) { check(set, scores, largestAt: largest, zeros: zeros) }
        }
      }
    }
  }

  @Test(arguments: InstructionSet.available)
  func scoresFarApart(_ set: KernelSet) {
    check(set, [-1e30, 1e30, 0, -0.0, 3e38] + Array(repeating: -3e38, count: 40), largestAt: nil, zeros: 3)
    check(set, Array(repeating: -1e30, count: 37), largestAt: nil, zeros: 0)
    check(set, Array(repeating: -1e30, count: 37), largestAt: nil, zeros: 2)
    check(set, Array(repeating: .leastNonzeroMagnitude, count: 37), largestAt: nil, zeros: 2)
  }

  /// Several blocks in a row: numerators of an earlier block, times the factors that follow, are those of all scores.
  @Test(arguments: InstructionSet.available, [0, 3])
  func blocksAddUpToTheWhole(_ set: KernelSet, _ zeros: Int) {
    for counts in [[1, 1], [64, 64, 7], [5, 100, 1, 33], [1, 1024, 1024, 452]] {
      for slope: Float in [0, 0.01, -0.01, 3, -3] {
        var numbers = SeededNumbers(seed: UInt64(counts.count))
        let scores = numbers.floats(counts.reduce(0, +)).enumerated().map { place, number in
          min(max(8 * number + slope * Float(place), -80), 80)
        }
        let row = GuardedFloats(scores)
        var running = RunningSoftmax(zeros: zeros)
        var first = 0
        for count in counts {
          let factor = set.softmaxNumerators(row.start + first, count: count, &running)
          for n in 0..<first { row.start[n] *= factor }
          first += count
        }
        let top = zeros > 0 ? max(0, scores.max()!) : scores.max()!
        #expect(running.maximum == top)
        let truths = scores.map { exp(Double($0) - Double(top)) }
        let zero = zeros > 0 ? Double(zeros) * exp(Double(-top)) : 0
        let total = truths.reduce(zero, +)
        let what = "softmaxNumerators in blocks of \(counts), \(zeros) zeros, slope \(slope)"
        row.expectOnly(what) { _ in true }
        expectWithin(what, set, row.values, truths) { _ in 4e-7 }
        expectWithin("sum of \(what)", set, [running.sum], [total]) { _ in 4e-6 * total }
      }
    }
  }

  private func check(_ set: KernelSet, _ scores: [Float], largestAt: Int?, zeros: Int) {
    var scores = scores
    if let largestAt { scores[largestAt] = scores.max()! + 1 }
    let row = GuardedFloats(scores)
    var running = RunningSoftmax(zeros: zeros)
    _ = set.softmaxNumerators(row.start, count: scores.count, &running)
    let top = zeros > 0 ? max(0, scores.max()!) : scores.max()!
    let what = "softmaxNumerators of \(scores.count) scores and \(zeros) zeros, the largest \(top)"
    row.expectOnly("\(what) \(set.name)") { _ in true }
    let differences = scores.map { Double($0) - Double(top) }
    // The difference from the largest is rounded before its exponential is taken.
    let errors = differences.map { difference in
      SoftmaxTests.bound(set, difference) + roundoff * min(abs(difference), 100) * exp(difference) + 1e-45
    }
    expectWithin(what, set, row.values, differences.map(exp)) { errors[$0] }
    let zero = zeros > 0 ? Double(zeros) * exp(Double(-top)) : 0
    let total = differences.map(exp).reduce(zero, +)
    expectWithin("sum of \(what)", set, [running.sum], [total]) { _ in
      // Rounded are the terms, the sums of each lane, and those of the lanes.
      let additions = Double(scores.count / set.lanes + set.lanes + 4)
      let zeroError = zeros > 0 ? Double(zeros) * SoftmaxTests.bound(set, Double(-top)) : 0
      return errors.reduce(0, +) + zeroError + additions * roundoff * total
    }
  }
}

extension KernelSet {
  /// Runs a block of a softmax and gives its factor.
  func softmaxNumerators(
    _ scores: UnsafeMutablePointer<Float>, count: Int, _ running: inout RunningSoftmax
  ) -> Float {
    let step = softmaxNumerators(SoftmaxBlock(scores: scores, count: count, running: running))
    running = step.running
    return step.factor
  }
}
