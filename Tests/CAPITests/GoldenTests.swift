import CLightHuBERT
import LHTestSupport
import Testing

/// Hidden states through the C functions against the float64 truth.
@Suite struct GoldenTests {
  private static func expected(_ kind: String, _ audio: String = "speech-b") throws -> NumPyArray {
    try NumPyArray(path: Fixture.path("golden/expected/tiny-min-\(audio).\(kind).npy"))
  }

  @Test(arguments: ["speech-a", "speech-b", "frames-1", "frames-2"])
  func everyHiddenStateAgrees(_ audio: String) throws {
    let context = try CContext(CModel())
    let samples = goldenSamples(audio)
    let expected = try Self.expected("hidden_states", audio)
    #expect(try context.model.frameCount(samples.count) == expected.shape[1])
    expectClose(audio, try context.run(samples, runOptions(LH_LAYERS_ALL)), expected.values)
  }

  @Test func theEncoderInputAgrees() throws {
    let context = try CContext(CModel())
    let options = runOptions(layerZero: LH_LAYER_ZERO_ENCODER_INPUT)
    expectClose(
      "encoder input", try context.run(goldenSamples("speech-b"), options, layers: [0]),
      try Self.expected("encoder_input").values)
  }

  @Test func layersComeInTheOrderAskedFor() throws {
    let context = try CContext(CModel())
    let samples = goldenSamples("speech-b")
    let all = try context.run(samples, runOptions(LH_LAYERS_ALL))
    let layers: [Int32] = [6, 0, 3]
    let some = try context.run(samples, layers: layers)
    let size = some.count / layers.count
    for (place, layer) in layers.enumerated() {
      #expect(some[place * size..<(place + 1) * size] == all[Int(layer) * size..<(Int(layer) + 1) * size])
    }
    #expect(try context.run(samples) == Array(all.suffix(size)), "without pre-norm the last is the last")
  }

  @Test func normalizingIsTheModelsUnlessAskedFor() throws {
    let context = try CContext(CModel())
    let samples = goldenSamples("speech-b")
    let usual = try context.run(samples)
    let on = try context.run(samples, runOptions(normalize: LH_NORMALIZE_ON))
    let off = try context.run(samples, runOptions(normalize: LH_NORMALIZE_OFF))
    #expect(on != off)
    #expect(usual == off, "the tiny model was trained without")
  }

  @Test func aBatchIsItsUtterances() throws {
    let context = try CContext(CModel())
    let batch = ["speech-b", "frames-1", "speech-a"].map(goldenSamples)
    let expected = try batch.map { try context.run($0) }
    let outputs = expected.map { UnsafeMutableBufferPointer<Float>.allocate(capacity: $0.count) }
    defer { outputs.forEach { $0.deallocate() } }
    let inputs = batch.map { samples in
      let copy = UnsafeMutableBufferPointer<Float>.allocate(capacity: samples.count)
      _ = copy.initialize(from: samples)
      return copy
    }
    defer { inputs.forEach { $0.deallocate() } }
    let utterances = zip(inputs, outputs).map {
      lh_utterance(
        samples: $0.baseAddress, sample_count: $0.count, output: $1.baseAddress, capacity: $1.count)
    }
    try succeed { lh_run_batch(context.handle, utterances, utterances.count, nil, $0) }
    #expect(outputs.map { Array($0) } == expected)
  }

  /// From memory, at every place that an allocation of the caller's could begin.
  @Test(arguments: [0, 1, 3, 4, 8, 63])
  func aModelInMemoryIsThatOfTheFile(_ shift: Int) throws {
    let bytes = readBytes(Fixture.path("versions/v1-tiny-min.lhb"))
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count + shift, alignment: 64)
    memory[shift...].copyBytes(from: bytes)
    var handle: OpaquePointer?
    try succeed { lh_model_open_memory(memory.baseAddress! + shift, bytes.count, nil, &handle, $0) }
    // The bytes are not needed any more.
    memory.initializeMemory(as: UInt8.self, repeating: 0xff)
    memory.deallocate()
    let samples = goldenSamples("frames-2")
    let found = try CContext(CModel(handle: handle)).run(samples, runOptions(LH_LAYERS_ALL))
    let expected = try CContext(CModel()).run(samples, runOptions(LH_LAYERS_ALL))
    #expect(found == expected)
  }

  @Test func theLibrarysMemoryHoldsTheSame() throws {
    let context = try CContext(CModel())
    let samples = goldenSamples("speech-b")
    let listed: [Int32] = [2, 5]
    let expected = try context.run(samples, layers: listed)
    var features: OpaquePointer?
    try withLayers(listed, runOptions()) { options in
      try succeed { lh_run_alloc(context.handle, samples, samples.count, options, &features, $0) }
    }
    var (layerCount, frameCount, hiddenSize) = (0, 0, 0)
    var layers: UnsafePointer<Int32>?
    var data: UnsafePointer<Float>?
    try succeed { lh_features_shape(features, &layerCount, &frameCount, &hiddenSize, $0) }
    try succeed { lh_features_layers(features, &layers, $0) }
    try succeed { lh_features_data(features, &data, $0) }
    #expect(layerCount == 2)
    #expect(try context.model.frameCount(samples.count) == frameCount)
    #expect(layerCount * frameCount * hiddenSize == expected.count)
    #expect(Array(UnsafeBufferPointer(start: layers, count: layerCount)) == listed)
    #expect(Array(UnsafeBufferPointer(start: data, count: expected.count)) == expected)
    #expect(lh_features_destroy(features) == LH_OK)
  }
}
