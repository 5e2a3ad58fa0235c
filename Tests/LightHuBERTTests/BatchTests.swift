import LHSystem
import LHTestSupport
import LightHuBERT
import Testing

@Suite struct BatchTests {
  static let names = ["speech-a", "frames-1", "speech-b", "frames-2", "speech-a"]

  private func utterances() -> [[Float]] {
    Self.names.map(goldenSamples)
  }

  @Test(arguments: ["tiny", "tiny-layernorm"], [1, 3])
  func `Each result is that of the utterance alone`(checkpoint: String, threads: Int) throws {
    let model = try goldenModel(checkpoint: checkpoint, architecture: "mixed")
    let utterances = utterances()
    let together = try Session(model, threadCount: threads).features(
      of: utterances, layers: .indices([10, 0]), layerZero: .encoderInput)
    let alone = try utterances.map {
      try model.features(of: $0, layers: .indices([10, 0]), layerZero: .encoderInput)
    }
    #expect(together.map(\.frameCount) == utterances.map { model.frameCount(forSamples: $0.count) })
    for (found, expected) in zip(together, alone) {
      #expect(found.values.map(\.bitPattern) == expected.values.map(\.bitPattern))
      #expect(found == expected)
    }
  }

  @Test func `Nothing gives nothing`() throws {
    let session = Session(try goldenModel(checkpoint: "tiny", architecture: "min"))
    #expect(try session.features(of: [[Float]]()).isEmpty)
  }

  @Test func `Progress is of the whole, and cancels it`() throws {
    let session = Session(try goldenModel(checkpoint: "tiny", architecture: "min"))
    let utterances = utterances()
    var seen: [Double] = []
    _ = try session.features(of: utterances) { done in
      seen.append(done)
      return true
    }
    #expect(seen == seen.sorted() && seen.last == 1 && seen.contains { $0 > 0.4 && $0 < 0.6 })
    let fault = #expect(throws: ModelFault.self) { try session.features(of: utterances) { $0 < 0.5 } }
    #expect(fault?.kind == .cancelled && fault?.description == "cancelled")
  }

  @Test func `The utterance that is at fault is named, a short one before any work`() throws {
    let session = Session(try goldenModel(checkpoint: "tiny", architecture: "min"))
    var utterances = utterances()
    utterances[2][7] = .nan
    let notFinite = #expect(throws: ModelFault.self) { try session.features(of: utterances) }
    #expect(notFinite?.description == "utterance 2: sample 7 is infinite or not a number")
    utterances[4] = [0.5]
    let short = #expect(throws: ModelFault.self) {
      try session.features(of: utterances) { _ in
        Issue.record("work was done")
        return true
      }
    }
    #expect(short?.description == "utterance 4: 1 samples at 16 kHz are too few for one frame; at least 400 are needed")
    #expect(short?.kind == .badData)
  }
}
