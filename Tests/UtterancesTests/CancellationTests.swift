import LHFeatureFiles
import LHRuntime
import LHSystem
import LHTestSupport
import LHUtterances
import Testing

@Suite struct CancellationTests {
  private let speech = UtteranceInput.samples(goldenSamples("speech-b"), name: "speech")

  private func expectCancelled(_ fault: UtteranceFault?, sourceLocation: SourceLocation = #_sourceLocation) {
    guard case .model("speech", .cancelled)? = fault else {
      Issue.record("\(String(describing: fault))", sourceLocation: sourceLocation)
      return
    }
    #expect(fault?.kind == .cancelled, sourceLocation: sourceLocation)
  }

  @Test func `What is cancelled before begins nothing`() throws {
    let cancellation = Cancellation()
    cancellation.cancel()
    var sink = RecordingSink()
    let pipeline = try tinyPipeline(.all)
    expectCancelled(
      #expect(throws: UtteranceFault.self) { try pipeline.write(speech, to: &sink, cancellation: cancellation) })
    #expect(sink.calls == [.abandon])
  }

  @Test(arguments: [false, true])
  func `What is cancelled on the way is abandoned, and the pipeline is as good as new`(byProgress: Bool) throws {
    let pipeline = try tinyPipeline(.all)
    var expected = RecordingSink()
    try pipeline.write(speech, to: &expected)

    let cancellation = Cancellation()
    var sink = RecordingSink()
    var calls = 0
    expectCancelled(
      #expect(throws: UtteranceFault.self) {
        try pipeline.write(
          speech, to: &sink,
          progress: { _ in
            calls += 1
            guard calls == 3 else { return true }
            if byProgress { return false }
            RunningThread { cancellation.cancel() }?.join()
            return true
          }, cancellation: cancellation)
      })
    #expect(sink.calls.first == expected.calls.first && sink.calls.last == .abandon)
    #expect(!sink.calls.contains(.finish) && sink.calls.count < expected.calls.count)

    var again = RecordingSink()
    try pipeline.write(speech, to: &again)
    #expect(again.values == expected.values && again.calls == expected.calls)
  }

  @Test func `A file that is cancelled never appears`() throws {
    try withTemporaryFolder { folder in
      var sink = NumPySink(try OutputTarget(path: folder + "/features.npy", replacing: false))
      var calls = 0
      expectCancelled(
        #expect(throws: UtteranceFault.self) {
          try tinyPipeline(.all).write(speech, to: &sink) { _ in
            calls += 1
            return calls < 4
          }
        })
      sink.abandon()
      sink = NumPySink(try OutputTarget(path: "/dev/null", replacing: false))
      #expect(filesInFolder(folder).isEmpty)
    }
  }
}
