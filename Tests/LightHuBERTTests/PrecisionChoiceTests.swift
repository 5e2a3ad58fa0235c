import LHJSON
import LHTestSupport
import LightHuBERT
import Testing

/// The choice of a precision when a model is opened.
@Suite struct PrecisionChoiceTests {
  private func model(
    _ precision: Precision, maxError: Double? = nil, checkpoint: String = "tiny-layernorm"
  ) throws -> Model {
    try goldenModel(
      checkpoint: checkpoint, architecture: "mixed",
      options: RuntimeOptions(threadCount: 1, precision: precision, maxError: maxError))
  }

  @Test(arguments: Precision.allCases) func `A precision that is asked for is taken`(precision: Precision) throws {
    let model = try model(precision, maxError: precision == .auto ? nil : 1e-9)
    #expect(model.precision == (precision == .auto ? .f32 : precision))
    #expect(model.precisionTrials.isEmpty)
  }

  @Test(arguments: ["tiny", "tiny-layernorm"], [1e-9, 0.003, 0.01, 0.03, 1])
  func `The fastest precision within the error is chosen`(checkpoint: String, maxError: Double) throws {
    let chosen = try model(.auto, maxError: maxError, checkpoint: checkpoint)
    let trials = chosen.precisionTrials
    let isBFloat16Fast = try model(.bf16, checkpoint: checkpoint).missingInstructions.isEmpty
    let order: [Precision] = isBFloat16Fast ? [.int8, .int8Mixed, .bf16] : [.int8, .int8Mixed]
    #expect(trials.map(\.precision) == Array(order.prefix(trials.count)))
    let last = try #require(trials.last)
    #expect(trials.dropLast().allSatisfy { !($0.relativeError <= maxError) })
    #expect(last.relativeError <= maxError ? chosen.precision == last.precision : chosen.precision == .f32)
    #expect(chosen.precision != .f32 || trials.count == order.count)

    let samples = goldenSamples("frames-2")
    let expected = try model(chosen.precision, checkpoint: checkpoint).features(of: samples, layers: .all)
    #expect(try chosen.features(of: samples, layers: .all) == expected)
  }

  @Test(arguments: [0, -1, .nan]) func `Without an error that is allowed nothing is tried`(maxError: Double) throws {
    let model = try model(.auto, maxError: maxError)
    #expect(model.precision == .f32 && model.precisionTrials.isEmpty)
  }

  @Test func `The instructions that a precision misses are named`() throws {
    for (precision, expected) in [
      (.f32, []), (.bf16, ["AVX512_BF16"]), (.int8, ["VNNI"]), (.int8Mixed, ["VNNI", "AVX512_BF16"]),
    ] as [(Precision, [String])] {
      let options = RuntimeOptions(threadCount: 1, instructionSet: "baseline", precision: precision)
      let model = try goldenModel(checkpoint: "tiny", architecture: "min", options: options)
      #expect(model.missingInstructions == expected)
    }
  }

  @Test func `The description tells the precision and what was tried`() throws {
    let model = try model(.auto, maxError: 1)
    let json = try JSONValue(parsing: model.descriptionJSON)
    #expect(json["precision"] == .string("int8") && model.precision == .int8)
    let trials = try #require(json["precision_trials"]?.array)
    #expect(trials.count == 1 && trials[0]["precision"] == .string("int8"))
    #expect(trials[0]["relative_error"]?.number == model.precisionTrials[0].relativeError)
    #expect(json["missing_instructions"] == .array(model.missingInstructions.map(JSONValue.string)))
    #expect(try JSONValue(parsing: self.model(.auto).descriptionJSON)["precision"] == .string("f32"))
  }
}
