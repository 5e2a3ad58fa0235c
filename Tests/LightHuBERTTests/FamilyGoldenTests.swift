import LHKernels
import LHTestSupport
import LightHuBERT
import Testing

/// Hidden states of every golden model of the HuBERT family, in every container, against the float64 truth: within
/// 1e-5 * max(1, |value|).
@Suite struct FamilyGoldenTests {
  @Test func theManifestIsWhole() {
    #expect(FamilyFixture.files.count == 30)
  }

  @Test(arguments: FamilyFixture.files, InstructionSet.available.map(\.name))
  func everyHiddenStateAgrees(_ file: FamilyFile, instructionSet: String) throws {
    let model = try file.model(RuntimeOptions(instructionSet: instructionSet))
    for recording in FamilyFile.recordings {
      try expectStates(
        "\(file.name) \(recording) \(instructionSet)", model, goldenSamples(recording),
        #require(try file.expectation("hidden_states", recording)))
    }
  }

  @Test(arguments: FamilyFixture.files)
  func encoderInputAndLastStateAgree(_ file: FamilyFile) throws {
    let model = try file.model()
    for recording in FamilyFile.recordings {
      let samples = goldenSamples(recording)
      let input = try model.features(of: samples, layers: .indices([0]), layerZero: .encoderInput)
      expectClose(
        "\(file.name) \(recording) encoder input", input.values,
        try #require(try file.expectation("encoder_input", recording)).values)
      let last = try model.features(of: samples)
      let states = try #require(try file.expectation("hidden_states", recording))
      let expected =
        try file.expectation("last", recording)?.values ?? Array(states.values.suffix(last.values.count))
      expectClose("\(file.name) \(recording) last", last.values, expected)
    }
  }

  @Test(arguments: ["contentvec", "contentvec.pt"], [9, 12])
  func finalProjectionAgrees(_ name: String, layer: Int) throws {
    let file = try FamilyFile.named(name)
    let model = try file.model()
    for recording in FamilyFile.recordings {
      let expected = try #require(try file.expectation("final_proj_\(layer)", recording))
      let features = try Session(model).features(
        of: goldenSamples(recording), FeatureSelection(layers: .indices([layer]), isProjected: true))
      #expect([features.frameCount, features.embedDim] == expected.shape)
      expectClose("\(name) \(recording) final projection of state \(layer)", features.values, expected.values)
    }
  }

  @Test func aModelWithoutAFinalProjectionHasNone() throws {
    let model = try FamilyFile.named("wavlm-base").model()
    #expect {
      try Session(model).features(of: goldenSamples("frames-2"), FeatureSelection(isProjected: true))
    } throws: {
      guard case ModelFault.noProjection? = $0 as? ModelFault else { return false }
      return "\($0)".contains("has no final projection")
    }
  }

  /// The last state by number is the layer's output, or what `last` is.
  @Test(arguments: ["wavlm-large", "hubert-base"])
  func theLastStateIsRawOrNormed(_ name: String) throws {
    let model = try FamilyFile.named(name).model()
    let samples = goldenSamples("frames-2")
    let count = model.layerCount
    let session = Session(model)
    let last = try session.features(of: samples).values
    let raw = try session.features(of: samples, FeatureSelection(layers: .indices([count]))).values
    let normed = try session.features(
      of: samples, FeatureSelection(layers: .indices([count]), lastState: .normed)
    ).values
    #expect(normed == last)
    #expect((raw == last) == (model.shape.normPlacement == .after))
    let all = try session.features(of: samples, FeatureSelection(layers: .all, lastState: .normed))
    #expect(Array(all.values.suffix(last.count)) == last)
    let rawStates = try session.features(of: samples, layers: .all)
    #expect(all.values.dropLast(last.count).elementsEqual(rawStates.values.dropLast(last.count)))
  }

  /// Weights that are the same in two files give the same bits, where both say the same of the waveform.
  @Test(arguments: [
    ["hubert-base", "hubert-base-bin", "hubert-base.pt", "hubert-base.converted.pt", "hubert-base.torchaudio.pth"],
    ["mhubert-25hz", "mhubert-25hz.pt"], ["wav2vec2-ctc", "wav2vec2-ctc.pt"], ["wavlm-base", "wavlm-base.pt"],
    ["distilhubert", "distilhubert.ckpt"], ["contentvec", "contentvec.pt"],
  ])
  func containersGiveTheSameBits(_ names: [String]) throws {
    let samples = goldenSamples("speech-b")
    let results = try names.map { try FamilyFile.named($0).model().features(of: samples, layers: .all) }
    for (name, result) in zip(names, results) { #expect(result == results[0], "\(name)") }
  }
}
