import CLightHuBERT
import LHTestSupport
import Testing

/// Models of the HuBERT family through the C interface.
@Suite struct FamilyTests {
  private func extract(
    _ name: String, architecture: String? = nil, to path: String, _ options: lh_extract_options = Self.extractOptions()
  ) -> Outcome {
    var options = options
    return outcome { error in
      guard let architecture else {
        return lh_extract(Fixture.path("family/\(name)"), nil, path, &options, error)
      }
      return lh_extract(Fixture.path("family/\(name)"), architecture, path, &options, error)
    }
  }

  private static func extractOptions(normalize: Int = 0, epsilon: Float = 0) -> lh_extract_options {
    var options = lh_extract_options()
    options.struct_size = MemoryLayout<lh_extract_options>.size
    options.normalize = Int32(normalize)
    options.waveform_eps = epsilon
    return options
  }

  private func samples() -> [Float] { goldenSamples("frames-2") }

  @Test func aModelIsTakenWholeAndProjected() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/contentvec.lhb"
      #expect(extract("contentvec.pt", to: path).status == LH_OK)
      let context = try CContext(CModel(path))
      var options = runOptions()
      options.project = 1
      let values = try context.run(samples(), options, layers: [9, 12])
      let expected = try [9, 12].flatMap {
        try NumPyArray(path: Fixture.path("family/expected/contentvec-frames-2.final_proj_\($0).npy")).values
      }
      expectClose("projections in C", values, expected)
    }
  }

  @Test func theLastStateIsRawOrNormed() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/large.lhb"
      #expect(extract("hubert-large", to: path).status == LH_OK)
      let context = try CContext(CModel(path))
      var options = runOptions()
      let last = try context.run(samples())
      #expect(try context.run(samples(), options, layers: [3]) != last)
      options.last_state = Int32(LH_LAST_STATE_NORMED)
      #expect(try context.run(samples(), options, layers: [3]) == last)
    }
  }

  @Test func aModelWithoutAProjectionRefusesIt() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/wavlm.lhb"
      #expect(extract("wavlm-base", to: path).status == LH_OK)
      let model = try CModel(path)
      var options = runOptions()
      options.project = 1
      var count = 0
      let outcome = outcome { lh_model_output_count(model.handle, 16_000, &options, &count, $0) }
      #expect(outcome.status == LH_INVALID_ARGUMENT && outcome.message.contains("has no final projection"))
      for (field, value) in [(\lh_run_options.project, Int32(2)), (\lh_run_options.last_state, -1)] {
        var wrong = runOptions()
        wrong[keyPath: field] = value
        #expect(
          CAPITests.outcome { lh_model_output_count(model.handle, 16_000, &wrong, &count, $0) }.status
            == LH_INVALID_ARGUMENT)
      }
    }
  }

  @Test func choicesAreForModelsThatAreTakenWhole() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/xlsr.lhb"
      let options = Self.extractOptions(normalize: LH_NORMALIZE_OFF, epsilon: 1e-5)
      let outcome = extract("xlsr", architecture: "small-default", to: path, options)
      #expect(outcome.status == LH_INVALID_ARGUMENT, "\(outcome)")
      #expect(extract("xlsr", to: path, options).status == LH_OK)
      let model = try CModel(path)
      var text: UnsafePointer<CChar>?
      try succeed { lh_model_description(model.handle, &text, $0) }
      let description = try String(cString: #require(text))
      #expect(description.contains("\"normalizes_waveform\":false"))
      #expect(description.contains("\"waveform_epsilon\":1e-05"))
      #expect(extract("xlsr", to: folder + "/x.lhb", Self.extractOptions(epsilon: -1)).status == LH_INVALID_ARGUMENT)
    }
  }
}
