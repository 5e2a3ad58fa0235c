/// Which of PyTorch's two formats a checkpoint is in.
public enum ContainerKind: String, Sendable, Hashable {
  /// A zip archive, written since PyTorch 1.6.
  case zip
  /// A row of pickles and then the storages, written before.
  case legacy
}

/// A checkpoint file taken apart: its pickle, and where its storages lie.
struct Container {
  let path: String
  let bytes: UnsafeRawBufferPointer
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

  init(path: String, bytes: UnsafeRawBufferPointer) throws(CheckpointFault) {
    self.path = path
    self.bytes = bytes
    switch FileSignature(bytes) {
    case .zip:
      let archive = try ZipArchive(path: path, bytes: bytes)
      let prefix = try Container.prefix(of: archive)
      guard let range = try archive.range(of: prefix + "data.pkl") else {
        throw .missingRecord(path: path, record: prefix + "data.pkl")
      }
      isBigEndian = try Container.isBigEndian(archive, prefix: prefix)
      pickle = try PickleMachine.run(path: path, reader: ByteReader(bytes, in: range))
      storages = .zip(archive, prefix: prefix)
    case .pickle:
      let legacy = try LegacyContainer(path: path, bytes: bytes)
      // `torch.save` always wrote these storages with the least significant byte first; it recorded the machine's own
      // byte order, but torch.load ignores that, and rightly.
      isBigEndian = false
      pickle = legacy.pickle
      storages = .legacy(legacy.storages)
    case .tar:
      throw .unsupportedContainer(
        path: path, found: "a tar archive, the format of PyTorch before 0.1.10",
        remedy: "load it with an old PyTorch and save it again with torch.save")
    case .other(let found):
      throw .notACheckpoint(path: path, found: found)
    }
  }

  var kind: ContainerKind {
    switch storages {
    case .zip: .zip
    case .legacy: .legacy
    }
  }

  /// Where a storage's bytes lie in the file.
  func range(ofStorage key: String) throws(CheckpointFault) -> Range<Int> {
    switch storages {
    case .zip(let archive, let prefix):
      guard let range = try archive.range(of: "\(prefix)data/\(key)") else {
        throw .missingRecord(path: path, record: "\(prefix)data/\(key)")
      }
      return range
    case .legacy(let ranges):
      guard let range = ranges[key] else {
        throw .badContainer(path: path, problem: "the storage \(key) is not in its list of storages")
      }
      return range
    }
  }

  /// The folder inside the archive, with its slash: whatever stands before `data.pkl`.
  private static func prefix(of archive: ZipArchive) throws(CheckpointFault) -> String {
    var prefixes: [String] = []
    for name in archive.names {
      if name.hasSuffix("/constants.pkl") || name.split(separator: "/").dropFirst().first == "code" {
        throw .unsupportedContainer(
          path: archive.path, found: "a TorchScript archive (of torch.jit.save)",
          remedy: "use the checkpoint with the state dict that it was made from")
      }
      if name == "data.pkl" || name.hasSuffix("/data.pkl") { prefixes.append(String(name.dropLast("data.pkl".count))) }
    }
    guard let prefix = prefixes.first else {
      let isNumPy = !archive.names.isEmpty && archive.names.allSatisfy { $0.hasSuffix(".npy") }
      let found = isNumPy ? "a NumPy .npz archive" : "a zip archive without a data.pkl record"
      throw .notACheckpoint(path: archive.path, found: found)
    }
    guard prefixes.count == 1 else {
      throw .badContainer(path: archive.path, problem: "the zip archive has \(prefixes.count) data.pkl records")
    }
    return prefix
  }

  private static func isBigEndian(_ archive: ZipArchive, prefix: String) throws(CheckpointFault) -> Bool {
    guard let range = try archive.range(of: prefix + "byteorder") else { return false }
    switch String(decoding: archive.bytes[range].prefix(16), as: UTF8.self) {
    case "little": return false
    case "big": return true
    case let text:
      throw .badContainer(path: archive.path, problem: "its byteorder is \"\(text)\", expected \"little\" or \"big\"")
    }
  }
}
