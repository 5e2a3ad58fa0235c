import LHImport
import LHModel
import LHSubnetFile
import LHSupernet
import LHSupernetCheckpoint
import LHTensors
import LHTorch

extension FuzzTarget {
  /// A whole checkpoint, in either container: opened, every tensor read, and, when it is a supernet, a subnet cut out.
  static let checkpoint = FuzzTarget(
    name: "checkpoint", test: { readCheckpoint($0) },
    mutate: { bytes, mutator in
      if bytes.count < 32 {
        return mutator.random(2) == 0 ? SampleFiles.checkpoint(isLegacy: mutator.random(2) == 0) : SampleFiles.supernet
      }
      guard var archive = ZipFile(bytes) else { return mutatedLegacy(bytes, &mutator) }
      archive.mutate(&mutator)
      return archive.bytes
    })

  /// The program of a pickle, in an archive that has some storages for it.
  static let pickle = FuzzTarget(
    name: "pickle",
    test: { program in
      var archive = ZipFile()
      archive.records.append(.init(name: "archive/data.pkl", content: program))
      for key in 0..<4 {
        archive.records.append(.init(name: "archive/data/\(key)", content: [UInt8](repeating: 0x3c, count: 4 << key)))
      }
      readCheckpoint(archive.bytes)
    },
    mutate: { bytes, mutator in
      if bytes.count < 4 { return SampleFiles.pickle }
      var program = PickleProgram(bytes[...])
      program.mutate(&mutator)
      return program.bytes
    })

  /// The pickles of the old container follow each other: one of them, or what follows, is changed.
  private static func mutatedLegacy(_ bytes: [UInt8], _ mutator: inout Mutator) -> [UInt8] {
    var programs: [PickleProgram] = []
    var rest = bytes[...]
    while programs.count < 5, let program = PickleProgram(prefixOf: rest) {
      programs.append(program)
      rest = rest.dropFirst(program.bytes.count)
    }
    let chosen = mutator.random(programs.count + 1)
    if chosen < programs.count {
      programs[chosen].mutate(&mutator)
      return programs.flatMap(\.bytes) + rest
    }
    return programs.flatMap(\.bytes) + mutator.mutated(Array(rest))
  }
}

private func readCheckpoint(_ bytes: [UInt8]) {
  let file = MemoryFile(bytes)
  guard let checkpoint = try? Checkpoint(path: file.path) else { return }
  for name in checkpoint.tensorNames.prefix(1000) {
    guard let view = try? checkpoint.tensor(name), view.count <= 1 << 16 else { continue }
    var values = [Double](repeating: 0, count: view.count)
    values.withUnsafeMutableBufferPointer { if let start = $0.baseAddress { view.copy(to: start) } }
  }
  guard let supernet = try? Supernet(contentsOf: file.path) else {
    readModel(file.path)
    return
  }
  let whole = supernet.config.wholeArchitecture
  guard SubnetLayout(config: supernet.config, architecture: whole).tensors.reduce(0, { $0 + $1.count }) < 1 << 18 else {
    return
  }
  let output = ScratchFile()
  defer { output.remove() }
  let weights: [WeightsChoice] = [.auto, .f16, .bf16, .int8]
  let options = ExtractionOptions(
    weights: weights[bytes.count % 4], compressionLevel: bytes.count % 3, replacing: true)
  guard (try? supernet.extract(whole, to: output.path, options: options)) != nil else { return }
  guard let reader = try? SubnetReader(path: output.path) else { fatalError("what was written cannot be read") }
  for entry in reader.entries {
    expect((try? reader.tensor(entry)) != nil, "\(entry.name) can be read")
  }
}

/// A checkpoint as a model that is taken whole.
private func readModel(_ path: String) {
  guard let model = try? PretrainedModel(contentsOf: path),
    EncoderLayout(model.shape).tensors.reduce(0, { $0 + $1.count }) < 1 << 18
  else { return }
  let output = ScratchFile()
  defer { output.remove() }
  guard (try? model.extract(to: output.path, options: ExtractionOptions(replacing: true))) != nil else { return }
  guard let reader = try? SubnetReader(path: output.path) else { fatalError("what was written cannot be read") }
  expect(reader.shape == model.shape, "what was written is what is read")
}
