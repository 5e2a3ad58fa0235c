import Glibc
import LHAudio
import LHRuntime
import LHSystem
import LHTestSupport
import LHUtterances
import Testing

/// Several workers in one process, each with a pipeline of its own, on sound and broken files of all formats.
@Suite struct WorkerTests {
  /// What comes of a file: its features, or what is wrong with it.
  private enum Outcome: Equatable {
    case features([Float], remarks: [AudioRemark])
    case fault(String)
  }

  private static let workerCount = 4

  /// Files that are read and files that are refused: real ones, hostile ones, and halves.
  private static func inputs() -> [UtteranceInput] {
    let real = RealSoundCase.all.map { RealSoundCase.folder + $0.file }
    let hostile = filesInFolder(Fixture.folder + "hostile/audio").map { Fixture.folder + "hostile/audio/" + $0 }
    let halves = real.map { path in
      let bytes = readBytes(path)
      return UtteranceInput.sound(.bytes(Array(bytes.prefix(bytes.count / 2)), name: path + ", half"))
    }
    return (real + hostile).map { .sound(.file(path: $0)) } + halves
  }

  private static func outcome(of input: UtteranceInput, _ pipeline: UtterancePipeline) -> Outcome {
    var sink = RecordingSink()
    do throws(UtteranceFault) {
      let utterance = try pipeline.read(input)
      try pipeline.write(utterance, to: &sink)
      return .features(sink.values, remarks: utterance.remarks)
    } catch {
      return .fault("\(error)")
    }
  }

  /// Decoders of other programs print what is wrong with a file. In a process of its own, whose standard error is seen.
  @Test func workersWriteNothingOnStandardErrorAndGetTheRightResults() async throws {
    let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
      let inputs = WorkerTests.inputs()
      let options = RecordingOptions(limits: ReadingLimits(maxSeconds: 20, timeout: 5))
      let first = try tinyPipeline(recordingOptions: options)
      let expected = inputs.map { WorkerTests.outcome(of: $0, first) }
      #expect(expected.contains { if case .fault = $0 { true } else { false } })
      #expect(expected.contains { if case .features = $0 { true } else { false } })

      let differences = Locked<[String]>([])
      let pipelines = try (0..<WorkerTests.workerCount).map { _ in
        try UtterancePipeline(Session(first.session.model, threadCount: 1), recordingOptions: options)
      }
      let workers = pipelines.enumerated().map { worker, pipeline in
        nonisolated(unsafe) let pipeline = pipeline
        return RunningThread {
          // Each begins elsewhere, so that different decoders run at a time.
          for step in inputs.indices {
            let index = (step + worker * inputs.count / WorkerTests.workerCount) % inputs.count
            guard WorkerTests.outcome(of: inputs[index], pipeline) != expected[index] else { continue }
            differences.withLock { $0.append(inputs[index].name) }
          }
        }
      }
      for worker in workers { try #require(worker).join() }
      #expect(differences.withLock { $0 } == [])
    }
    let errors = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
    #expect(errors == "")
  }
}
