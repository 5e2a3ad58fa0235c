import ArchitectureFile
import Checkpoint
import CommandSupport
import Files
import Subnet
import SubnetFile
import Tensors

/// The steps from a checkpoint to a subnet file.
struct Extraction {
  let architecture: String
  let weights: WeightsChoice
  let compressionLevel: Int
  let checkpoint: String
  let output: String?
  let installsDefault: Bool
  let replacing: Bool
  let isQuiet: Bool

  func run() throws {
    let (targets, copy) = try targets()
    let source = try Checkpoint(path: checkpoint)
    let config = try config(of: source)
    let subnet = try loadArchitecture(architecture, fitting: config)
    let provenance = Provenance(
      source: checkpoint, sourceSize: source.file.bytes.count,
      tool: "lhb-extract \(ProgramVersion.current)", date: try Provenance.presentDate(), weights: weights)
    var writer = SubnetWriter(config: config, architecture: subnet, provenance: provenance)
    writer.compressionLevel = compressionLevel

    let progress = ProgressLine("extracting", isQuiet: isQuiet)
    let digest = BackgroundDigest(of: source.file)
    let summary: SubnetSummary
    do {
      summary = try writer.write(
        to: targets[0], replacing: replacing, sourceDigest: { digest.wait() },
        progress: { progress.update($0, of: $1) },
        values: { tensor, target in try values(of: tensor, from: source, into: target) })
    } catch let fault as SubnetFileFault {
      // The value is the checkpoint's, which the writer does not know.
      guard case .outOfRange = fault else { throw fault }
      throw LocatedFault(path: checkpoint, fault)
    }
    if let copy { try self.copy(targets[0], to: copy) }
    progress.finish()
    if !isQuiet {
      ExtractionReport(config: config, architecture: subnet, summary: summary, paths: targets).print()
    }
  }

  /// Where the subnet goes, and the second of these files, opened early so that it is known to be possible.
  private func targets() throws -> (paths: [String], copy: AtomicFile?) {
    var paths = output.map { [$0] } ?? []
    if installsDefault {
      guard let path = DefaultModel.path else {
        throw UsageFault("--default needs HOME or XDG_DATA_HOME to be set")
      }
      try makeFolder(of: path)
      paths.append(path)
    }
    if let path = paths.first(where: { isSameFile($0, checkpoint) }) {
      throw UsageFault("\(path): is the checkpoint itself; name another output file")
    }
    return (paths, paths.count > 1 ? try AtomicFile(path: paths[1], replacing: replacing) : nil)
  }

  private func config(of source: Checkpoint) throws -> ModelConfig {
    do throws(SubnetFault) {
      let config = try ModelConfig(checkpointConfiguration: source.configuration)
      try config.check { source.summary(of: $0)?.shape }
      return config
    } catch {
      throw LocatedFault(path: checkpoint, error)
    }
  }

  /// Reads one tensor of the subnet, and gives the pages of the checkpoint that it came from back at once.
  private func values(
    of tensor: SubnetTensor, from source: Checkpoint, into target: UnsafeMutableBufferPointer<Float>
  ) throws -> Double {
    var views: [TensorView] = []
    defer { for view in views { source.file.release(view.storage.bytes) } }
    do {
      return try tensor.slice { name in
        let view = try source.tensor(name)
        if let view { views.append(view) }
        return view
      }.write(to: target)
    } catch let fault as SubnetFault {
      throw LocatedFault(path: checkpoint, fault)
    }
  }

  private func copy(_ path: String, to file: AtomicFile) throws(FileFault) {
    let written = try MappedFile(path: path)
    try file.write(written.bytes)
    try file.commit()
  }
}
