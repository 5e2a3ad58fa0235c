import LHKernels
import LHSupernet
import LHTestAllocationCounter
import LHTestSupport
import LightHuBERT
import Testing

/// A session that has seen an utterance's length allocates nothing for the next one. Each case runs in a process of its
/// own: the counter sees all threads, those of other tests too.
@Suite(.enabled(if: allocation_counter_works(), "the allocator of this build cannot be replaced"))
struct AllocationTests {
  /// Group norm, layer norm, and a position convolution of several layers.
  private static let checkpoints = ["tiny", "tiny-layernorm", "tiny-deeppos"]

  @Test func theFirstRunIsSeenToAllocate() async {
    await #expect(processExitsWith: .success) {
      let session = try AllocationTests.session("tiny", threads: 2)
      #expect(try AllocationTests.allocations(of: session) > 0)
    }
  }

  @Test func laterRunsOnOneThreadAllocateNothing() async {
    await #expect(processExitsWith: .success) {
      for checkpoint in AllocationTests.checkpoints {
        try AllocationTests.expectNone(by: AllocationTests.session(checkpoint, threads: 1), checkpoint)
      }
    }
  }

  /// A closure that is passed on to other threads costs an object. Nothing else is allocated.
  @Test func laterRunsOnTwoThreadsAllocateOneObjectForEachSharedStep() async {
    await #expect(processExitsWith: .success) {
      for checkpoint in AllocationTests.checkpoints {
        try AllocationTests.expectNone(by: AllocationTests.session(checkpoint, threads: 2), checkpoint)
      }
    }
  }

  private static func session(_ checkpoint: String, threads: Int) throws -> Session {
    Session(try goldenModel(checkpoint: checkpoint, architecture: "mixed"), threadCount: threads)
  }

  /// Expects that runs after the first allocate nothing but the pool's objects.
  private static func expectNone(by session: Session, _ name: String) throws {
    _ = try allocations(of: session)
    for layers in [LayerSelection.last, .all, .indices([10, 0, 3])] {
      let before = session.pool.sharedCount
      let count = try allocations(of: session, layers: layers)
      #expect(count == session.pool.sharedCount - before, "\(name), \(layers)")
    }
  }

  /// Allocations of a run on a recording.
  private static func allocations(of session: Session, layers: LayerSelection = .all) throws -> Int {
    let samples = goldenSamples("speech-b")
    let model = session.model
    let size = model.frameCount(forSamples: samples.count) * model.width
    var values = [Float](repeating: 0, count: model.hiddenStateCount * size)
    return try samples.withUnsafeBufferPointer { samples in
      try values.withUnsafeMutableBufferPointer { values in
        allocation_counter_start()
        defer { _ = allocation_counter_stop() }
        try session.run(samples, layers: layers, layerZero: .projection, into: values)
        return allocation_counter_stop()
      }
    }
  }
}
