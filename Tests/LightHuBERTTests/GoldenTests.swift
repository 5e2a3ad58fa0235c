import LHKernelTypes
import LHKernels
import LHSupernet
import LHTestSupport
import LightHuBERT
import Testing

/// Hidden states against the float64 truth, within 1e-5 * max(1, |value|).
@Suite struct GoldenTests {
  @Test(arguments: GoldenCase.all, InstructionSet.available.map(\.name))
  func everyHiddenStateAgrees(_ golden: GoldenCase, instructionSet: String) throws {
    let model = try golden.model(RuntimeOptions(instructionSet: instructionSet))
    try expectStates(golden.testDescription, model, golden.samples(), golden.expected("hidden_states"))
  }

  @Test(arguments: GoldenCase.all)
  func encoderInputAgrees(_ golden: GoldenCase) throws {
    let features = try golden.model().features(
      of: golden.samples(), layers: .indices([0]), layerZero: .encoderInput)
    expectClose(
      "\(golden.testDescription) encoder input", features.values, try golden.expected("encoder_input").values)
  }

  @Test(arguments: GoldenCase.all)
  func lastRepresentationAgrees(_ golden: GoldenCase) throws {
    let model = try golden.model()
    let features = try model.features(of: golden.samples())
    #expect(features.layers == [model.layerCount])
    // Without pre-norm the last representation is the last hidden state, and only that is kept.
    let expected =
      model.shape.normPlacement == .before
      ? try golden.expected("last").values
      : Array(try golden.expected("hidden_states").values.suffix(features.values.count))
    expectClose("\(golden.testDescription) last", features.values, expected)
  }

  @Test(arguments: GoldenCase.all)
  func openBLASAgrees(_ golden: GoldenCase) throws {
    try expectStates(
      "\(golden.testDescription) OpenBLAS", golden.model(RuntimeOptions(gemm: .openBLAS)), golden.samples(),
      golden.expected("hidden_states"))
  }
}
