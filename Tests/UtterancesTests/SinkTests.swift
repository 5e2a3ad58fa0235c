import Glibc
import LHAudio
import LHFeatureFiles
import LHRuntime
import LHSystem
import LHTestSupport
import LHUtterances
import Testing

@Suite struct SinkTests {
  private let samples = goldenSamples("speech-b")

  private var speech: UtteranceInput { .samples(samples, name: "speech") }

  @Test func `A sink gets the states in the order that was asked for`() throws {
    let pipeline = try tinyPipeline(.indices([2, 0, 1, 0]))
    var sink = RecordingSink()
    try pipeline.write(speech, to: &sink)
    let features = try pipeline.session.features(of: samples, layers: .indices([2, 0, 1, 0]))
    let shape = FeatureShape(stateCount: 4, frameCount: features.frameCount, width: features.embedDim)
    #expect(sink.calls == [.begin(shape)] + (0..<4).map { .write(state: $0) } + [.finish])
    #expect(sink.values == features.values)
    #expect(shape.axes == [4, features.frameCount, features.embedDim])
  }

  @Test func `The last representation has no axis of its own, and no states have none`() throws {
    var sink = RecordingSink()
    let pipeline = try tinyPipeline()
    try pipeline.write(speech, to: &sink)
    let frames = pipeline.session.model.frameCount(forSamples: samples.count)
    #expect(sink.calls.first == .begin(FeatureShape(frameCount: frames, width: 64)))
    var none = RecordingSink()
    try tinyPipeline(.indices([])).write(speech, to: &none)
    #expect(none.calls == [.begin(FeatureShape(stateCount: 0, frameCount: frames, width: 64)), .finish])
  }

  /// 0 is `begin`, the last one `finish`.
  @Test(arguments: 0...4)
  func `What a sink throws arrives as it is, at once, and the next run is well`(call: Int) throws {
    let pipeline = try tinyPipeline(.indices([0, 1, 2]))
    var sink = RecordingSink()
    sink.failingCall = call
    var lastProgress = 0.0
    let fault = #expect(throws: UtteranceFault.self) {
      try pipeline.write(speech, to: &sink) { done in
        lastProgress = done
        return true
      }
    }
    guard case .sink(let own)? = fault else {
      Issue.record("\(String(describing: fault))")
      return
    }
    #expect(own as? SinkFault == RecordingSink.fault)
    #expect(fault?.kind == .inputOutput && fault?.description == "the sink is full")
    #expect(sink.calls.count == call + 2 && sink.calls.last == .abandon)
    // State 0 and 1 are handed on before the last layer is computed.
    if call < 3 { #expect(lastProgress < 1) }

    var second = RecordingSink()
    try pipeline.write(speech, to: &second)
    #expect(second.values == (try pipeline.session.features(of: samples, layers: .indices([0, 1, 2])).values))
  }

  @Test func `A full disk is the disk's error, not a cancellation`() throws {
    let target = try OutputTarget(path: "/dev/full", replacing: false)
    var sink = NumPySink(target)
    let fault = #expect(throws: UtteranceFault.self) { try tinyPipeline(.all).write(speech, to: &sink) }
    guard case .sink(FileFault.cannotWrite("/dev/full", SystemError(code: ENOSPC)))? = fault else {
      Issue.record("\(String(describing: fault))")
      return
    }
  }

  @Test func `Nothing half-written stays, and an old file is as it was`() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/features.npy"
      writeBytes([1, 2, 3], to: path)
      var sink = FailingFile(file: NumPySink(try OutputTarget(path: path, replacing: true)))
      #expect(throws: UtteranceFault.self) { try tinyPipeline(.all).write(speech, to: &sink) }
      #expect(readBytes(path) == [1, 2, 3])
      sink = FailingFile(file: NumPySink(try OutputTarget(path: folder + "/new.npy", replacing: false)))
      #expect(throws: UtteranceFault.self) { try tinyPipeline(.all).write(speech, to: &sink) }
      #expect(filesInFolder(folder) == ["features.npy"])
    }
  }

  /// Writes a file, and fails at its second state.
  private struct FailingFile: FeatureSink {
    var file: NumPySink

    mutating func begin(_ shape: FeatureShape) throws(FileFault) { try file.begin(shape) }

    mutating func write(_ frames: UnsafeBufferPointer<Float>, of state: Int) throws(FileFault) {
      guard state < 2 else { throw .cannotWrite(path: "disk", reason: SystemError(code: EIO)) }
      try file.write(frames, of: state)
    }

    mutating func finish() throws(FileFault) { try file.finish() }

    mutating func abandon() { file.abandon() }
  }

  @Test func `An utterance that fails early leaves the sink untouched`() throws {
    // Its deviation from the mean overflows.
    let loudest = (0..<8000).map { Float.greatestFiniteMagnitude * ($0 * 7 % 13 < 6 ? -1 : 1) }
    let cases: [(UtteranceInput, FaultKind)] = [
      (.sound(.file(path: "/none.wav")), .missingInput),
      (.sound(.bytes(Array("no sound".utf8), name: "text")), .badData),
      (.sound(.bytes([], name: "nothing")), .badData),
      (.samples([0, 0, 0], name: "click"), .badData),
      (.samples([Float](repeating: .nan, count: 1000), name: "gap"), .badData),
      (.samples(loudest, name: "loud"), .badData),
    ]
    for (input, kind) in cases {
      var sink = RecordingSink()
      let fault = #expect(throws: UtteranceFault.self) {
        try tinyPipeline(normalize: true).write(input, to: &sink)
      }
      #expect(fault?.kind == kind && sink.calls == [.abandon])
      #expect(fault?.description.hasPrefix("\(input.name): ") == true, "\(String(describing: fault))")
    }
  }

  @Test func `A hidden state that is not there is a fault before any utterance`() throws {
    #expect(throws: ModelFault.self) { try tinyPipeline(.indices([0, 99])) }
  }
}
