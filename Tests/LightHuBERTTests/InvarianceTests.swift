import LHKernels
import LHTestSupport
import LightHuBERT
import Testing

/// Results are the same to the last bit however the work is cut and shared out.
@Suite struct InvarianceTests {
  static let cases = GoldenCase.all.filter { $0.audio == "speech-b" }

  @Test(arguments: cases, [GEMMBackend.packed, .openBLAS])
  func threadsDoNotChangeResults(_ golden: GoldenCase, gemm: GEMMBackend) throws {
    try expectSameForAnyThreads(golden.model(RuntimeOptions(gemm: gemm)), golden.samples())
  }

  @Test(arguments: cases)
  func blockSizesDoNotChangeResults(_ golden: GoldenCase) throws {
    try expectSameForAnyBlocks(golden.model(), golden.samples())
  }

  @Test func weightsLoadedByManyThreadsAreTheSame() throws {
    let golden = GoldenCase(checkpoint: "tiny", architecture: "mixed", audio: "speech-a")
    let samples = golden.samples()
    let alone = try golden.model(RuntimeOptions(threadCount: 1)).features(of: samples)
    let shared = try golden.model(RuntimeOptions(threadCount: 5)).features(of: samples)
    #expect(shared == alone)
  }

  @Test func aSessionIsUsedAgainForLongerAndShorterUtterances() throws {
    let golden = GoldenCase(checkpoint: "tiny", architecture: "sliding", audio: "speech-a")
    let model = try golden.model()
    let samples = golden.samples()
    let session = Session(model)
    for count in [samples.count, 400, samples.count / 2, 401, samples.count] {
      let part = Array(samples[..<count])
      #expect(
        try session.features(of: part, layers: .all) == model.features(of: part, layers: .all), "\(count) samples")
    }
  }
}
