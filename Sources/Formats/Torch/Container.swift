internal import LHSystem

/// Which of PyTorch's two formats a checkpoint is in.
public enum ContainerKind: String, Sendable, Hashable {
  /// A zip archive, written since PyTorch 1.6.
  case zip
  /// A row of pickles and then the storages, written before.
  case legacy
}

/// A checkpoint file taken apart: its pickle, and where its storages lie.
struct Container {
  let file: InputFile
  let pickle: Pickle
  /// Whether the storages' elements have their most significant byte first.
  let isBigEndian: Bool
  private let storages: Storages

  private enum Storages {
    /// Records of an archive, whose names begin with `prefix`.
    case zip(ZipArchive, prefix: String)
    /// Ranges of the file by key.
    case legacy([String: Range<Int>])
  }

  var path: String { file.path }

  init(_ file: InputFile) throws(CheckpointFault) {
    self.file = file
    switch FileSignature(try file.contents(0..<min(FileSignature.byteCount, file.byteCount))) {
    case .zip:
      var archive = try ZipArchive(file)
      let prefix = try Container.prefix(of: archive)
      try archive.checkRecords()
      pickle = try Container.pickle(archive, prefix: prefix)
      isBigEndian = try Container.isBigEndian(archive, prefix: prefix)
      storages = .zip(archive, prefix: prefix)
    case .pickle:
      let legacy = try LegacyContainer(file)
      // `torch.save` always wrote these storages with the least significant byte first; it recorded the machine's own
      // byte order, but torch.load ignores that, and rightly.
      isBigEndian = false
      pickle = legacy.pickle
      storages = .legacy(legacy.storages)
    case .tar:
      throw .unsupportedContainer(
        path: file.path, found: "a tar archive, the format of PyTorch before 0.1.10",
        remedy: "load it with an old PyTorch and save it again with torch.save")
    case .other(let found):
      throw .notACheckpoint(path: file.path, found: found)
    }
  }

  var kind: ContainerKind {
    switch storages {
    case .zip: .zip
    case .legacy: .legacy
    }
  }

  /// The records that have a checksum, in the order of the file.
  var records: [ZipArchive.Record] {
    if case .zip(let archive, _) = storages { archive.records.filter { $0.checksum != nil } } else { [] }
  }

  /// Where a storage's bytes lie in the file.
  func range(ofStorage key: String) throws(CheckpointFault) -> Range<Int> {
    switch storages {
    case .zip(let archive, let prefix):
      guard let record = archive["\(prefix)data/\(key)"] else {
        throw .missingRecord(path: path, record: "\(prefix)data/\(key)")
      }
      return record.range
    case .legacy(let ranges):
      guard let range = ranges[key] else {
        throw .badContainer(path: path, problem: "the storage \(key) is not in its list of storages")
      }
      return range
    }
  }

  /// The folder inside the archive, with its slash, which holds `data.pkl` and all other records.
  private static func prefix(of archive: ZipArchive) throws(CheckpointFault) -> String {
    var prefixes: [String] = []
    for name in archive.names {
      if name.hasSuffix("/constants.pkl") || name.split(separator: "/").dropFirst().first == "code" {
        throw .unsupportedContainer(
          path: archive.file.path, found: "a TorchScript archive (of torch.jit.save)",
          remedy: "use the checkpoint with the state dict that it was made from")
      }
      if name == "data.pkl" || name.hasSuffix("/data.pkl") { prefixes.append(String(name.dropLast("data.pkl".count))) }
    }
    guard let prefix = prefixes.first else {
      let isNumPy = !archive.names.isEmpty && archive.names.allSatisfy { $0.hasSuffix(".npy") }
      let found = isNumPy ? "a NumPy .npz archive" : "a zip archive without a data.pkl record"
      throw .notACheckpoint(path: archive.file.path, found: found)
    }
    guard prefixes.count == 1 else {
      throw .badContainer(path: archive.file.path, problem: "the zip archive has \(prefixes.count) data.pkl records")
    }
    let isFolder = !prefix.isEmpty && prefix.firstIndex(of: "/") == prefix.indices.last
    guard isFolder, let outside = (archive.names + archive.folders).first(where: { !$0.hasPrefix(prefix) })
    else {
      if isFolder { return prefix }
      let remedy = prefix.isEmpty ? ", where torch.save puts it; pack the folder, not what is in it" : ""
      throw .badContainer(
        path: archive.file.path, problem: "\(prefix)data.pkl is not in one folder of the archive\(remedy)")
    }
    throw .badContainer(path: archive.file.path, problem: "the record \(outside) is not in the folder of data.pkl")
  }

  private static func pickle(_ archive: ZipArchive, prefix: String) throws(CheckpointFault) -> Pickle {
    let name = prefix + "data.pkl"
    guard let record = archive[name] else { throw .missingRecord(path: archive.file.path, record: name) }
    guard record.range.count <= CheckpointLimits.pickleBytes else {
      throw .pickleTooLarge(path: archive.file.path, limit: CheckpointLimits.pickleBytes, what: "bytes")
    }
    let bytes = try archive.content(of: record, limit: CheckpointLimits.pickleBytes)
    let pickle = try PickleMachine.run(path: archive.file.path, reader: ByteReader(bytes))
    guard pickle.end == bytes.count else {
      throw .badPickle(
        path: archive.file.path, problem: "\(bytes.count - pickle.end) bytes behind its end", opcode: nil,
        position: pickle.end)
    }
    return pickle
  }

  private static func isBigEndian(_ archive: ZipArchive, prefix: String) throws(CheckpointFault) -> Bool {
    guard let record = archive[prefix + "byteorder"] else { return false }
    switch String(decoding: try archive.content(of: record, limit: 16), as: UTF8.self) {
    case "little": return false
    case "big": return true
    case let text:
      throw .badContainer(
        path: archive.file.path, problem: "its byteorder is \"\(text)\", expected \"little\" or \"big\"")
    }
  }
}
