import CLightHuBERT
import Dispatch
import LHSystem
import LHTestSupport
import Synchronization
import Testing

/// Handles shared by threads.
@Suite struct ThreadTests {
  @Test func eightThreadsGetTheSameBytes() throws {
    let model = try CModel()
    let samples = goldenSamples("speech-b")
    let expected = try CContext(model).run(samples, runOptions(LH_LAYERS_ALL))
    let results = Locked<[[Float]]>([])
    DispatchQueue.concurrentPerform(iterations: 8) { index in
      for _ in 0..<3 {
        let result = try? CContext(model, threads: Int32(index % 3 + 1)).run(samples, runOptions(LH_LAYERS_ALL))
        results.withLock { $0.append(result ?? []) }
      }
    }
    let all = results.withLock { $0 }
    #expect(all.count == 24)
    #expect(all.allSatisfy { $0.elementsEqual(expected) { $0.bitPattern == $1.bitPattern } })
  }

  /// What a progress function does, in the middle of a run.
  final class Interruption: Sendable {
    let context: CContext
    let action: @Sendable (CContext) -> lh_status
    let statuses = Locked<[lh_status]>([])

    init(_ context: CContext, _ action: @escaping @Sendable (CContext) -> lh_status) {
      self.context = context
      self.action = action
    }

    /// Runs an utterance, with the action in the middle.
    func run() -> lh_status {
      let samples = goldenSamples("speech-b")
      var output = [Float](repeating: .nan, count: 1 << 16)
      var options = runOptions()
      options.progress_data = Unmanaged.passUnretained(self).toOpaque()
      options.progress = { _, data in
        let interruption = Unmanaged<Interruption>.fromOpaque(data!).takeUnretainedValue()
        let status = interruption.action(interruption.context)
        interruption.statuses.withLock { $0.append(status) }
        return 0
      }
      return outcome { lh_run(context.handle, samples, samples.count, &options, &output, output.count, $0) }.status
    }
  }

  @Test func aRunningContextIsBusy() throws {
    let interruption = Interruption(try CContext(CModel())) { context in
      let samples = goldenSamples("frames-1")
      var output = [Float](repeating: .nan, count: 128)
      return lh_run(context.handle, samples, samples.count, nil, &output, output.count, nil)
    }
    #expect(interruption.run() == LH_OK)
    #expect(interruption.statuses.withLock { !$0.isEmpty && $0.allSatisfy { $0 == LH_BUSY } })
  }

  @Test func aRunIsCancelledByAnotherThread() throws {
    let context = try CContext(CModel())
    let interruption = Interruption(context) { context in
      // Another thread, and this one waits for it.
      DispatchQueue.global().sync { lh_context_cancel(context.handle) }
    }
    #expect(interruption.run() == LH_CANCELLED)
    #expect(interruption.statuses.withLock { $0 } == [lh_status(LH_OK)])
    // Neither that nor one between runs is remembered.
    #expect(lh_context_cancel(context.handle) == LH_OK)
    let later = try context.run(goldenSamples("frames-1"))
    #expect(!later.isEmpty)
  }

  @Test func aProgressFunctionCancels() throws {
    let context = try CContext(CModel())
    let samples = goldenSamples("speech-b")
    var output = [Float](repeating: .nan, count: 1 << 16)
    var options = runOptions()
    options.progress = { fraction, _ in fraction >= 0.5 ? 1 : 0 }
    let outcome = outcome {
      lh_run(context.handle, samples, samples.count, &options, &output, output.count, $0)
    }
    #expect(outcome == Outcome(status: lh_status(LH_CANCELLED), message: "cancelled"))
  }

  @Test func progressRisesToTheEndOfABatch() throws {
    let context = try CContext(CModel())
    var samples = goldenSamples("speech-b")
    var output = [Float](repeating: .nan, count: 2 << 16)
    var fractions: [Double] = []
    withUnsafeMutablePointer(to: &fractions) { fractions in
      samples.withUnsafeMutableBufferPointer { samples in
        output.withUnsafeMutableBufferPointer { output in
          let batch = [0, 1].map { half in
            lh_utterance(
              samples: samples.baseAddress, sample_count: samples.count, output: output.baseAddress! + (half << 16),
              capacity: 1 << 16)
          }
          var options = runOptions()
          options.progress_data = UnsafeMutableRawPointer(fractions)
          options.progress = { fraction, data in
            data!.assumingMemoryBound(to: [Double].self).pointee.append(fraction)
            return 0
          }
          #expect(lh_run_batch(context.handle, batch, 2, &options, nil) == LH_OK)
        }
      }
    }
    #expect(fractions == fractions.sorted() && fractions.contains(0.5))
    #expect(fractions.first! > 0 && fractions.last == 1)
  }

  @Test func aBatchIsCancelledAsAWhole() throws {
    let context = try CContext(CModel())
    let samples = UnsafeMutableBufferPointer<Float>.allocate(capacity: 720)
    let output = UnsafeMutableBufferPointer<Float>.allocate(capacity: 10 * 128)
    defer {
      samples.deallocate()
      output.deallocate()
    }
    samples.initialize(repeating: 0.25)
    let batch = (0..<10).map { index in
      lh_utterance(
        samples: samples.baseAddress, sample_count: 720, output: output.baseAddress! + index * 128, capacity: 128)
    }
    var options = runOptions()
    options.progress_data = UnsafeMutableRawPointer(context.handle)
    options.progress = { fraction, data in fraction > 0.4 ? lh_context_cancel(OpaquePointer(data)) : 0 }
    let cancelled = outcome { lh_run_batch(context.handle, batch, batch.count, &options, $0) }
    #expect(cancelled.description == "LH_CANCELLED: utterance 4: cancelled")
  }

  @Test func handlesMayBeEndedDuringARun() throws {
    var context: OpaquePointer?
    var model: OpaquePointer?
    try succeed { lh_model_open(Fixture.path("versions/v1-tiny-min.lhb"), nil, &model, $0) }
    try succeed { lh_context_create(model, nil, &context, $0) }
    let samples = goldenSamples("speech-b")
    let expected = try CContext(CModel()).run(samples)
    var output = [Float](repeating: .nan, count: expected.count)
    var handles = [model, context]
    handles.withUnsafeMutableBytes { handles in
      var options = runOptions()
      options.progress_data = handles.baseAddress
      options.progress = { _, data in
        let handles = data!.assumingMemoryBound(to: OpaquePointer?.self)
        _ = lh_model_close(handles[0])
        _ = lh_context_destroy(handles[1])
        return 0
      }
      #expect(lh_run(context, samples, samples.count, &options, &output, output.count, nil) == LH_OK)
    }
    #expect(output == expected)
    #expect(lh_context_destroy(context) == LH_INVALID_HANDLE)
  }

  @Test func handlesAreEndedByOneOfManyThreads() throws {
    for _ in 0..<20 {
      var model: OpaquePointer?
      try succeed { lh_model_open(Fixture.path("versions/v1-tiny-min.lhb"), nil, &model, $0) }
      nonisolated(unsafe) let handle = model
      let ended = Atomic(0)
      DispatchQueue.concurrentPerform(iterations: 8) { _ in
        if lh_model_close(handle) == LH_OK { ended.add(1, ordering: .relaxed) }
      }
      #expect(ended.load(ordering: .relaxed) == 1)
    }
  }
}
