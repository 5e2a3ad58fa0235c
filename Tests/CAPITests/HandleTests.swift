import CLightHuBERT
import LHTestSupport
import Testing

/// Handles that are none.
@Suite struct HandleTests {
  /// A handle of no kind that a test then passes as each kind.
  struct BadHandle: CustomTestStringConvertible {
    let testDescription: String
    let make: @Sendable () throws -> OpaquePointer?

    static let all = [
      BadHandle(testDescription: "null") { nil },
      BadHandle(testDescription: "one") { OpaquePointer(bitPattern: 1) },
      BadHandle(testDescription: "all bits") { OpaquePointer(bitPattern: -1) },
      BadHandle(testDescription: "an address") {
        // Nothing may be read there.
        OpaquePointer(bitPattern: 0x1000)
      },
      BadHandle(testDescription: "ended") {
        let model = try CModel()
        return try CContext(model).handle
      },
      BadHandle(testDescription: "never given out") {
        let latest = UInt(bitPattern: try CModel().handle)
        return OpaquePointer(bitPattern: latest + (1 << 30))
      },
    ]
  }

  @Test(arguments: BadHandle.all)
  func everyFunctionRefusesIt(_ bad: BadHandle) throws {
    let handle = try bad.make()
    expectRefused(asModel: handle)
    expectRefused(asContext: handle)
    expectRefused(asFeatures: handle)
  }

  @Test func everyFunctionRefusesAnotherKind() throws {
    let context = try CContext(CModel())
    let samples = goldenSamples("frames-1")
    var features: OpaquePointer?
    try succeed { lh_run_alloc(context.handle, samples, samples.count, nil, &features, $0) }
    expectRefused(asContext: context.model.handle)
    expectRefused(asFeatures: context.model.handle)
    expectRefused(asModel: context.handle)
    expectRefused(asFeatures: context.handle)
    expectRefused(asModel: features)
    expectRefused(asContext: features)
    // None of that ended one.
    let values = try context.run(samples)
    #expect(!values.isEmpty)
    #expect(lh_features_destroy(features) == LH_OK)
    #expect(lh_features_destroy(features) == LH_INVALID_HANDLE)
  }

  @Test func aContextKeepsItsModel() throws {
    var context: OpaquePointer?
    do {
      let model = try CModel()
      try succeed { lh_context_create(model.handle, nil, &context, $0) }
    }
    let samples = goldenSamples("frames-1")
    var output = [Float](repeating: .nan, count: 128)
    try succeed { lh_run(context, samples, samples.count, nil, &output, output.count, $0) }
    #expect(output[0].isFinite)
    #expect(lh_context_destroy(context) == LH_OK)
    #expect(lh_context_destroy(context) == LH_INVALID_HANDLE)
  }

  private func expectRefused(asModel handle: OpaquePointer?, sourceLocation: SourceLocation = #_sourceLocation) {
    var size = 7
    var number: UInt64 = 7
    var text: UnsafePointer<CChar>?
    var context: OpaquePointer?
    let outcomes = [
      outcome { lh_model_layer_count(handle, &size, $0) }, outcome { lh_model_hidden_size(handle, &size, $0) },
      outcome { lh_model_frame_count(handle, 400, &size, $0) }, outcome { lh_model_minimum_samples(handle, &size, $0) },
      outcome { lh_model_parameter_count(handle, &number, $0) }, outcome { lh_model_description(handle, &text, $0) },
      outcome { lh_model_instruction_set(handle, &text, $0) }, outcome { lh_context_create(handle, nil, &context, $0) },
      outcome { lh_model_output_count(handle, 400, nil, &size, $0) },
    ]
    expectInvalidHandle(outcomes.map(\.status) + [lh_model_close(handle)], sourceLocation)
    #expect(size == 0 && number == 0 && text == nil && context == nil, sourceLocation: sourceLocation)
  }

  private func expectRefused(asContext handle: OpaquePointer?, sourceLocation: SourceLocation = #_sourceLocation) {
    let samples = [Float](repeating: 0, count: 400)
    var output = [Float](repeating: 7, count: 1024)
    var features: OpaquePointer?
    let outcomes = [
      outcome { lh_run(handle, samples, samples.count, nil, &output, output.count, $0) },
      outcome { lh_run_alloc(handle, samples, samples.count, nil, &features, $0) },
      outcome { error in
        samples.withUnsafeBufferPointer { samples in
          output.withUnsafeMutableBufferPointer { output in
            var utterance = lh_utterance(
              samples: samples.baseAddress, sample_count: samples.count, output: output.baseAddress,
              capacity: output.count)
            return lh_run_batch(handle, &utterance, 1, nil, error)
          }
        }
      },
    ]
    expectInvalidHandle(
      outcomes.map(\.status) + [lh_context_cancel(handle), lh_context_destroy(handle)], sourceLocation)
    #expect(features == nil && output.allSatisfy { $0 == 7 }, sourceLocation: sourceLocation)
  }

  private func expectRefused(asFeatures handle: OpaquePointer?, sourceLocation: SourceLocation = #_sourceLocation) {
    var (layerCount, frameCount, hiddenSize) = (7, 7, 7)
    var layers: UnsafePointer<Int32>?
    var data: UnsafePointer<Float>?
    let outcomes = [
      outcome { lh_features_shape(handle, &layerCount, &frameCount, &hiddenSize, $0) },
      outcome { lh_features_layers(handle, &layers, $0) }, outcome { lh_features_data(handle, &data, $0) },
    ]
    expectInvalidHandle(outcomes.map(\.status) + [lh_features_destroy(handle)], sourceLocation)
    #expect(layerCount == 0 && frameCount == 0 && hiddenSize == 0, sourceLocation: sourceLocation)
    #expect(layers == nil && data == nil, sourceLocation: sourceLocation)
  }

  private func expectInvalidHandle(_ statuses: [lh_status], _ sourceLocation: SourceLocation) {
    #expect(
      statuses == Array(repeating: lh_status(LH_INVALID_HANDLE), count: statuses.count), sourceLocation: sourceLocation)
  }
}
