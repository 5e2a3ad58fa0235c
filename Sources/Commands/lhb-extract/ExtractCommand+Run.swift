import LHArchitectureFile
import LHCommandSupport
import LHImport
import LHQuantization
import LHSubnetFile
import LHSupernet
import LHSystem
import LightHuBERT

extension ExtractCommand {
  func run() throws {
    let (targets, copy) = try targets()
    let (report, summary) = try arch.map { try extractSubnet($0, to: targets[0]) } ?? extractWhole(to: targets[0])
    if let copy { try self.copy(targets[0], to: copy) }
    if !quiet {
      ExtractionReport(about: report, summary: summary, maxError: options.maxError, paths: targets).print()
    }
  }

  /// Cuts a subnet out of a supernet.
  private func extractSubnet(
    _ arch: String, to path: String
  ) throws -> (about: [ExtractionReport.Line], SubnetSummary) {
    let supernet = try Supernet(contentsOf: checkpoint)
    tell(supernet.notes)
    let architecture = try loadArchitecture(arch, fitting: supernet.config)
    var options = options
    options.statistics = try statistics { try Calibration(of: architecture, in: supernet) }
    let summary = try following { progress in
      try supernet.extract(architecture, to: path, options: options, progress: progress)
    }
    return (ExtractionReport.lines(about: architecture, of: supernet.config), summary)
  }

  /// Takes a model whole.
  private func extractWhole(to path: String) throws -> (about: [ExtractionReport.Line], SubnetSummary) {
    let model = try PretrainedModel(
      contentsOf: checkpoint,
      ReadingChoices(
        normalizesWaveform: normalize.map { $0 == .on }, waveformEpsilon: waveformEps, heads: heads))
    if !quiet { StandardError.line("\(checkpoint): \(model.summary)") }
    tell(model.notes)
    var options = options
    options.statistics = try statistics { try Calibration(of: model) }
    let summary = try following { progress in try model.extract(to: path, options: options, progress: progress) }
    return (ExtractionReport.lines(about: model.shape), summary)
  }

  private var options: ExtractionOptions {
    ExtractionOptions(
      weights: weights, maxError: maxError ?? QuantizationPlan.defaultMaxError, compressionLevel: compress,
      allowsNonfinite: allowNonfinite, replacing: force, tool: "lhb-extract \(LightHuBERTVersion.current)")
  }

  private func tell(_ notes: [String]) {
    guard !quiet else { return }
    for note in notes { StandardError.line("lhb-extract: note: \(checkpoint): \(note)") }
  }

  /// Shows the progress of an extraction.
  private func following(
    _ extract: (@escaping (Double) -> Bool) throws -> SubnetSummary
  ) throws -> SubnetSummary {
    let progress = ProgressLine("extracting", isQuiet: quiet)
    let summary = try extract { done in
      progress.update(done)
      return true
    }
    progress.finish()
    return summary
  }

  /// Where the subnet goes, and the second of these files, opened early so that it is known to be possible.
  private func targets() throws -> (paths: [String], copy: AtomicFile?) {
    try FileArgument.checkInput(checkpoint, holds: "a checkpoint")
    try FileArgument.checkOutput(output, holds: "a subnet file")
    if let output, StreamTarget.isThere(output) { throw OutputIsStream(path: output) }
    var paths = output.map { [$0] } ?? []
    if installsDefault {
      guard let path = DefaultModel.path else {
        throw UsageFault("--default needs HOME or XDG_DATA_HOME to be set")
      }
      try makeFolder(of: path)
      paths.append(path)
    }
    if let path = paths.first(where: { isSameFile($0, checkpoint) }) {
      throw ExtractionFault.outputIsCheckpoint(path: path)
    }
    return (paths, paths.count > 1 ? try AtomicFile(path: paths[1], replacing: force) : nil)
  }

  private func copy(_ path: String, to file: AtomicFile) throws(FileFault) {
    let written = try InputFile(path: path)
    try written.readContents({ bytes, _ throws(FileFault) in try file.write(bytes) }, unreadable: { $0 })
    try file.commit()
  }
}

/// An output that is written in order, such as a pipe, where a subnet file cannot go.
struct OutputIsStream: Fault {
  let path: String

  var kind: FaultKind { .cannotCreate }

  var description: String {
    "\(path): is not a regular file, and the beginning of a subnet file is written last; name a file"
  }
}
