import LHKernels
import LHTestSupport
import LightHuBERT
import Testing

/// What holds for subnets holds for the whole family: results that do not depend on how work is cut, reduced
/// precisions, calibration, batches.
@Suite struct FamilyRunTests {
  /// One of each graph.
  static let graphs = [
    "hubert-base", "hubert-xlarge", "mhubert-25hz", "mms", "data2vec", "wavlm-large", "distilhubert", "dphubert.pth",
    "dpwavlm.pth", "contentvec",
  ]

  @Test(arguments: graphs)
  func threadsAndBlocksDoNotChangeResults(_ name: String) throws {
    let model = try FamilyFile.named(name).model()
    try expectSameForAnyThreads(model, goldenSamples("speech-b"))
    try expectSameForAnyBlocks(model, goldenSamples("speech-b"))
  }

  /// More keys than a block of attention has, where the bias of most distances is that of the last bucket.
  @Test(arguments: ["wavlm-base", "dpwavlm.pth"])
  func longAudioIsExact(_ name: String) throws {
    let model = try FamilyFile.named(name).model()
    let long = Array((0..<9).map { _ in goldenSamples("speech-a") }.joined())
    #expect(model.frameCount(forSamples: long.count) > 1024)
    try expectSameForAnyThreads(model, long)
    try expectSameForAnyBlocks(model, long)
  }

  @Test(arguments: graphs)
  func aBatchIsWhatItsUtterancesAre(_ name: String) throws {
    let model = try FamilyFile.named(name).model()
    let utterances = [goldenSamples("speech-a"), goldenSamples("frames-2"), goldenSamples("speech-b")]
    let batch = try Session(model).features(of: utterances, layers: .all)
    for (samples, features) in zip(utterances, batch) {
      #expect(try model.features(of: samples, layers: .all) == features)
    }
  }

  @Test(arguments: graphs)
  func openBLASAgrees(_ name: String) throws {
    let file = try FamilyFile.named(name)
    let model = try file.model(RuntimeOptions(gemm: .openBLAS))
    expectClose(
      "\(name) hidden states with OpenBLAS",
      try model.features(of: goldenSamples("speech-b"), layers: .all).values,
      try #require(try file.expectation("hidden_states", "speech-b")).values)
  }

  /// The relative error of the last state: 2^-9 a rounding, over a few layers.
  @Test(arguments: graphs, [Precision.bf16, .int8, .int8Mixed])
  func reducedPrecisionsStayNear(_ name: String, precision: Precision) throws {
    let file = try FamilyFile.named(name)
    let samples = goldenSamples("speech-b")
    let exact = try file.model().features(of: samples).values
    let reduced = try file.model(RuntimeOptions(precision: precision)).features(of: samples).values
    let error = zip(exact, reduced).reduce(0.0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }
    let power = exact.reduce(0.0) { $0 + Double($1) * Double($1) }
    let bound = precision == .bf16 ? 0.02 : 0.08
    #expect((error / power).squareRoot() < bound, "\(name) \(precision): \((error / power).squareRoot())")
    #expect(error > 0, "\(name) \(precision) rounded nothing")
  }

  @Test(arguments: ["hubert-xlarge", "dpwavlm.pth", "distilhubert"])
  func weightsAreStoredAndCalibratedInInt8(_ name: String) throws {
    let file = try FamilyFile.named(name)
    let samples = goldenSamples("speech-a")
    let calibration = try Calibration(of: file.pretrained())
    try calibration.add(samples)
    let statistics = try #require(calibration.statistics)
    let model = try file.model(
      RuntimeOptions(precision: .int8), extraction: ExtractionOptions(weights: .int8, statistics: statistics))
    let exact = try file.model().features(of: samples).values
    let values = try model.features(of: samples).values
    let error = zip(exact, values).reduce(0.0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }
    let power = exact.reduce(0.0) { $0 + Double($1) * Double($1) }
    #expect((error / power).squareRoot() < 0.08, "\(name): \((error / power).squareRoot())")
  }

  /// The caller knows better than the files whether the waveform is normalised, and with which epsilon.
  @Test func choicesOverrideTheFiles() throws {
    let file = try FamilyFile.named("xlsr")
    #expect(try file.pretrained().shape.waveformEpsilon == 1e-7)
    let choices = ReadingChoices(normalizesWaveform: false, waveformEpsilon: 1e-5)
    let shape = try file.pretrained(choices).shape
    #expect(!shape.normalizesWaveform && shape.waveformEpsilon == 1e-5)
  }
}
