import LHArchitectureFile
import LHCommandSupport
import LHImport
import LHQuantization
import LHSubnetFile
import LHSupernet
import LHSystem

extension ExtractCommand {
  func run() throws {
    let (targets, copy) = try targets()
    let supernet = try Supernet(contentsOf: checkpoint)
    if !quiet {
      for note in supernet.notes { StandardError.line("lhb-extract: note: \(checkpoint): \(note)") }
    }
    let architecture = try loadArchitecture(arch, fitting: supernet.config)
    let maxError = maxError ?? QuantizationPlan.defaultMaxError
    let options = ExtractionOptions(
      weights: weights, maxError: maxError, statistics: try statistics(of: architecture, in: supernet),
      compressionLevel: compress, allowsNonfinite: allowNonfinite, replacing: force,
      tool: "lhb-extract \(LightHuBERTVersion.current)")
    let progress = ProgressLine("extracting", isQuiet: quiet)
    let summary = try supernet.extract(architecture, to: targets[0], options: options) { done in
      progress.update(done)
      return true
    }
    if let copy { try self.copy(targets[0], to: copy) }
    progress.finish()
    if !quiet {
      ExtractionReport(
        config: supernet.config, architecture: architecture, summary: summary, maxError: maxError, paths: targets
      ).print()
    }
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
    let chunk = 4 << 20
    for start in stride(from: 0, to: written.byteCount, by: chunk) {
      try file.write(try written.bytes(start..<min(start + chunk, written.byteCount)))
    }
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
