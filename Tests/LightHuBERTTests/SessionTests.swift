import LHSupernet
import LHSystem
import LHTestSupport
import LightHuBERT
import Testing

@Suite struct SessionTests {
  static let golden = GoldenCase(checkpoint: "tiny", architecture: "mixed", audio: "speech-b")

  @Test func layersComeInTheOrderAskedFor() throws {
    let model = try Self.golden.model()
    let samples = Self.golden.samples()
    let all = try model.features(of: samples, layers: .all)
    let some = try model.features(of: samples, layers: .indices([10, 0, 3, 3]))
    #expect(some.layers == [10, 0, 3, 3])
    let size = all.frameCount * all.embedDim
    for (place, layer) in some.layers.enumerated() {
      let found = Array(some.values[place * size..<(place + 1) * size])
      #expect(found == Array(all.values[layer * size..<(layer + 1) * size]), "hidden state \(layer)")
    }
  }

  @Test func hiddenStatesArePassedOnRising() throws {
    let session = Session(try Self.golden.model())
    let samples = Self.golden.samples()
    for layers in [LayerSelection.last, .all, .indices([10, 0, 3, 3])] {
      let features = try session.features(of: samples, layers: layers)
      let size = features.frameCount * features.embedDim
      var places: [Int] = []
      try samples.withUnsafeBufferPointer { samples throws(ModelFault) in
        try session.forEachHiddenState(of: samples, layers: layers, layerZero: .projection) { place, state in
          #expect(Array(state) == Array(features.values[place * size..<(place + 1) * size]), "place \(place)")
          places.append(place)
        }
      }
      #expect(places.map { features.layers[$0] } == features.layers.sorted())
      #expect(places.sorted() == Array(features.layers.indices))
    }
  }

  @Test func aLayerThatIsNotThereIsAFault() throws {
    let model = try Self.golden.model()
    for layer in [-1, 11] {
      let error = #expect(throws: ModelFault.self) {
        try model.features(of: Self.golden.samples(), layers: .indices([layer]))
      }
      #expect(error?.description == "no hidden state \(layer); this model has hidden states 0 to 10")
      #expect(error?.kind == .usage)
    }
  }

  @Test(arguments: [0, 1, 399])
  func tooFewSamplesAreAFault(_ count: Int) throws {
    let model = try Self.golden.model()
    let error = #expect(throws: ModelFault.self) { try model.features(of: Array(repeating: 0.5, count: count)) }
    #expect(
      error?.description == "\(count) samples at 16 kHz are too few for one frame; at least 400 are needed")
    #expect(error?.kind == .badData)
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity])
  func samplesThatAreNotFiniteAreAFault(_ sample: Float) throws {
    var samples = Self.golden.samples()
    samples[1234] = sample
    let model = try Self.golden.model()
    let error = #expect(throws: ModelFault.self) { try model.features(of: samples) }
    #expect(error?.description == "sample 1234 is infinite or not a number")
  }

  @Test(arguments: ["tiny", "tiny-layernorm"])
  func silenceAndExtremesGiveFiniteFeatures(_ checkpoint: String) throws {
    let model = try goldenModel(checkpoint: checkpoint, architecture: "mixed")
    for value: Float in [0, 1, -1, 1e30, .leastNonzeroMagnitude] {
      let features = try model.features(of: Array(repeating: value, count: 8000), normalize: true)
      #expect(!features.values.contains { !$0.isFinite }, "all samples \(value)")
    }
  }

  @Test func progressRisesToOneAndCancels() throws {
    let session = Session(try Self.golden.model())
    let samples = Self.golden.samples()
    var seen: [Double] = []
    _ = try session.features(of: samples) { fraction in
      seen.append(fraction)
      return true
    }
    #expect(seen == seen.sorted() && seen.last == 1)
    let error = #expect(throws: ModelFault.self) { try session.features(of: samples) { $0 < 0.5 } }
    #expect(error?.description == "cancelled")
  }

  @Test func `Layers behind the last one that is wanted are not computed`() throws {
    let session = Session(try Self.golden.model())
    var steps: [Int] = []
    for layers in [LayerSelection.indices([0]), .indices([3, 1]), .all] {
      var count = 0
      _ = try session.features(of: Self.golden.samples(), layers: layers) { _ in
        count += 1
        return true
      }
      steps.append(count)
    }
    // The extractor and the position convolution besides.
    #expect(steps == [2, 5, session.model.layerCount + 2])
  }

  @Test func normalisingCanBeOverridden() throws {
    let model = try Self.golden.model()
    let samples = Self.golden.samples()
    let asIs = try model.features(of: samples)
    let unnormalised = try model.features(of: samples, normalize: false)
    #expect(unnormalised == asIs)
    let normalised = try model.features(of: samples, normalize: true)
    #expect(normalised != asIs)
  }

  @Test func frameCountsFollowTheConvolutions() throws {
    let model = try Self.golden.model()
    for (samples, frames) in [(399, 0), (400, 1), (719, 1), (720, 2), (16_000, 49), (240_000, 749)] {
      #expect(model.frameCount(forSamples: samples) == frames)
    }
  }

  private struct Refusal: Error, Equatable {
    let place: Int
  }

  @Test func `What takes hidden states may refuse one, which ends the run`() throws {
    let session = Session(try Self.golden.model())
    let samples = Self.golden.samples()
    let expected = try session.features(of: samples, layers: .all)
    var seen: [Int] = []
    do throws(RunFault<Refusal>) {
      try samples.withUnsafeBufferPointer { samples throws(RunFault<Refusal>) in
        try session.forEachHiddenState(
          of: samples, layers: .all, layerZero: .projection,
          throwing: { place, _ throws(Refusal) in
            seen.append(place)
            if place == 3 { throw Refusal(place: place) }
          })
      }
      Issue.record("nothing was thrown")
    } catch {
      guard case .body(Refusal(place: 3)) = error else {
        Issue.record("\(error)")
        return
      }
    }
    #expect(seen == [0, 1, 2, 3])
    #expect(try session.features(of: samples, layers: .all) == expected)
  }
}
