import Dispatch
import LHTestSupport
import LightHuBERT
import Testing

@Suite struct CancellationTests {
  static let golden = GoldenCase(checkpoint: "tiny", architecture: "mixed", audio: "speech-b")

  private func isCancelled(_ fault: ModelFault?) -> Bool { if case .cancelled? = fault { true } else { false } }

  @Test func `What is cancelled before ends before anything is handed on`() throws {
    let session = Session(try Self.golden.model())
    let samples = Self.golden.samples()
    let cancellation = Cancellation()
    cancellation.cancel()
    let fault = #expect(throws: ModelFault.self) {
      try samples.withUnsafeBufferPointer { samples throws(ModelFault) in
        try session.forEachHiddenState(
          of: samples, layers: .all, layerZero: .projection, cancellation: cancellation
        ) { _, _ in Issue.record("a hidden state") }
      }
    }
    #expect(isCancelled(fault) && fault?.kind == .cancelled)
  }

  @Test(arguments: [1, 3], [1, 4, 9])
  func `Another thread ends a run, and the session is as good as new`(threads: Int, calls: Int) throws {
    let session = Session(try Self.golden.model(), threadCount: threads)
    let samples = Self.golden.samples()
    let expected = try session.features(of: samples, layers: .all)
    let cancellation = Cancellation()
    var seen = 0
    let fault = #expect(throws: ModelFault.self) {
      try session.features(
        of: samples, layers: .all,
        progress: { _ in
          seen += 1
          if seen == calls { DispatchQueue.global().sync { cancellation.cancel() } }
          return true
        }, cancellation: cancellation)
    }
    #expect(isCancelled(fault) && seen == calls)
    #expect(try session.features(of: samples, layers: .all) == expected)
  }

  @Test func `A cancelled task ends its run`() async throws {
    let model = try Self.golden.model()
    let samples = Self.golden.samples()
    let task = Task {
      let cancellation = Cancellation()
      return try await withTaskCancellationHandler {
        // Without the cancellation this would never end.
        while true { _ = try Session(model).features(of: samples, cancellation: cancellation) }
      } onCancel: {
        cancellation.cancel()
      }
    }
    task.cancel()
    let fault = await #expect(throws: ModelFault.self) { try await task.value }
    #expect(isCancelled(fault))
  }
}
