import LHAudio
import LHAudioArguments
import LHCommandSupport
import LHExport
import LHSupernet
import LHSystem
import LHUtterances

extension ExportCommand {
  func run() throws {
    try FileArgument.checkInput(model, holds: "a model")
    try FileArgument.checkOutput(output, holds: "a model")
    // What is needed to verify is read first, so that nothing is written when it cannot be.
    let utterance = try verify.map { try Utterance(.sound(.file(path: $0)), audioOptions.recordingOptions()) }
    if !quiet, let utterance { utterance.notes.forEach { StandardError.line("lhb-export: note: \($0)") } }
    let export = try ModelExport(contentsOf: model)
    let progress = ProgressLine("exporting", isQuiet: quiet)
    let summary = try export.write(to, to: output, options: options) { done in
      progress.update(done)
      return true
    }
    progress.finish()
    if !quiet {
      for note in summary.notes { StandardError.line("lhb-export: note: \(note)") }
      StandardError.line(
        "\(output): \(summary.about), \(Formatting.size(summary.byteCount)) in"
          + " \(summary.files.count == 1 ? "one file" : "\(summary.files.count) files")")
    }
    guard let utterance else { return }
    let report = try Verification.run(
      export, as: to, at: output, samples: utterance.samples, isQuiet: quiet)
    // What was asked for goes to standard output, like any result.
    for line in report { try StandardOutput.write(oneLine(line) + "\n") }
  }

  private var options: ExportOptions {
    ExportOptions(
      elementType: (dtype ?? .f32).elementType, pads: pad, hiddenStates: hiddenStates,
      projectedLayer: projectedLayer, externalData: externalData, replacing: force,
      tool: ("lhb-export", LightHuBERTVersion.current))
  }
}
