import LHAudio
import LHAudioArguments
import LHCommandSupport
import LHKernels
import LHModelArguments
import LHRuntime
import LHUtterances

extension BenchCommand {
  /// Times, stages and memory, for each length.
  func measureSpeed() throws -> String {
    let bench = try Bench(path: model, options: runOptions.runtimeOptions(precision ?? .auto), runs: runs)
    var notes = PrecisionNotes()
    say(notes.notes(about: bench.model))
    let audio = try recordedSamples().map { [$0] } ?? lengths().map(Bench.noise(seconds:))
    let results = try locatingFaults { try audio.map(bench.measure) }
    let report = BenchReport(bench: bench, measurements: results)
    return json ? report.json.text() + "\n" : report.table
  }

  /// Hidden states beside those of float32, for each precision.
  func measureAccuracy() throws -> String {
    let files = try SubnetPair(path: model, reference: reference)
    let samples = try recordedSamples() ?? Bench.noise(seconds: lengths()[0])
    let exact = try Model(contentsOf: files.referencePath, options: runOptions.runtimeOptions(.f32))
    let bench = try locatingFaults { try AccuracyBench(reference: exact, samples: samples, runs: runs) }
    var notes = PrecisionNotes()
    let comparisons = try precisions.map { precision in
      let other = try Model(contentsOf: model, options: runOptions.runtimeOptions(precision))
      say(notes.notes(about: other))
      return try bench.compare(other)
    }
    let report = AccuracyReport(files: files, bench: bench, audio: audio ?? "noise", comparisons: comparisons)
    guard json else { return report.table }
    let digest = try Bench.digest(of: model)
    let referenceDigest = try files.isOne ? digest : Bench.digest(of: files.referencePath)
    return report.json(modelDigest: digest, referenceDigest: referenceDigest).text() + "\n"
  }

  /// The precisions that `--accuracy` compares.
  private var precisions: [Precision] {
    if let precision { return [precision] }
    return runOptions.maxError == nil ? [.bf16, .int8Mixed, .int8] : [.auto]
  }

  private func say(_ notes: [String]) { notes.forEach { StandardError.line("lhb-bench: note: \($0)") } }

  /// The samples of `--audio`.
  private func recordedSamples() throws -> [Float]? {
    guard let audio else { return nil }
    let utterance = try Utterance(.sound(.file(path: audio)), audioOptions.recordingOptions())
    say(utterance.notes)
    return utterance.samples
  }

  /// Names the option that samples come from in faults of theirs.
  private func locatingFaults<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let fault as ModelFault {
      if let audio { throw LocatedFault(path: audio, fault) }
      throw UsageFault("--seconds \(secondsText): \(fault)")
    }
  }
}
