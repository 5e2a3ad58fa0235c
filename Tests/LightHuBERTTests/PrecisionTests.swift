import Glibc
import LHKernelTypes
import LHKernels
import LHTestSupport
import LightHuBERT
import Testing

/// The narrow precisions against the float64 truth: signal over error of each hidden state.
///
/// The golden models have few channels, in which rounding errors average out less than in large ones, and some
/// recordings have one frame only. The bounds are a decibel below what was found.
@Suite struct PrecisionTests {
  /// The least ratio of any hidden state in dB.
  static let bounds: [(precision: Precision, decibels: Double)] = [(.bf16, 36), (.int8Mixed, 25), (.int8, 24)]

  @Test(arguments: GoldenCase.all, InstructionSet.available.map(\.name))
  func everyHiddenStateIsNearTheTruth(_ golden: GoldenCase, instructionSet: String) throws {
    let expected = try golden.expected("hidden_states").values
    for (precision, bound) in PrecisionTests.bounds {
      let model = try golden.model(RuntimeOptions(instructionSet: instructionSet, precision: precision))
      let features = try model.features(of: golden.samples(), layers: .all)
      let size = features.frameCount * features.embedDim
      for layer in features.layers {
        let range = layer * size..<(layer + 1) * size
        let ratio = decibels(of: Array(features.values[range]), Array(expected[range]))
        #expect(
          ratio >= bound,
          "\(precision.rawValue), \(instructionSet), \(golden.testDescription), hidden state \(layer): \(ratio) dB")
      }
    }
  }

  /// Sets of kernels round float32 sums in different orders, and the reference's GELU is exact. That moves some values
  /// over the border between two bytes, or two bfloat16 numbers, after which they differ as much as a rounding error
  /// does: the sets agree better with each other than with the truth, but not by much. Those with matrix registers
  /// round other numbers, since they compute convolutions in another form, and have a reference of their own.
  static let agreement: [(precision: Precision, decibels: Double)] = [(.bf16, 43), (.int8Mixed, 37), (.int8, 35)]

  @Test(arguments: InvarianceTests.cases, agreement)
  func instructionSetsAgree(_ golden: GoldenCase, _ agreement: (precision: Precision, decibels: Double)) throws {
    let precision = agreement.precision
    func features(_ set: String) throws -> [Float] {
      try golden.model(RuntimeOptions(instructionSet: set, precision: precision)).features(of: golden.samples()).values
    }
    let (scalar, scalarAMX) = (try features("scalar"), try features("scalar-amx"))
    for set in InstructionSet.available {
      let ratio = decibels(of: try features(set.name), set.hasMatrixRegisters ? scalarAMX : scalar)
      #expect(ratio >= agreement.decibels, "\(precision.rawValue), \(set.name): \(ratio) dB")
    }
  }

  @Test(arguments: InvarianceTests.cases, [Precision.bf16, .int8Mixed, .int8])
  func cutsDoNotChangeResults(_ golden: GoldenCase, precision: Precision) throws {
    let model = try golden.model(RuntimeOptions(precision: precision))
    try expectSameForAnyBlocks(model, golden.samples())
    try expectSameForAnyThreads(model, golden.samples())
  }

  /// 10 log10 of the signal's power over the error's.
  private func decibels(of actual: [Float], _ expected: [Float]) -> Double {
    var signal = 0.0
    var error = 0.0
    for (a, e) in zip(actual, expected) {
      signal += Double(e) * Double(e)
      error += (Double(a) - Double(e)) * (Double(a) - Double(e))
    }
    return 10 * log10(signal / error)
  }
}
