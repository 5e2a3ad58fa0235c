/// The format of `torch.save` before PyTorch 1.6: five pickles (magic number, protocol, the machine that wrote it, the
/// object, the keys of the storages), then for each storage its number of elements and its bytes.
struct LegacyContainer {
  let pickle: Pickle
  /// Where the storages lie in the file.
  let storages: [String: Range<Int>]

  /// 0x1950a86a20f9469cfc6c, least significant byte first.
  private static let magicNumber: [UInt8] = [0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19]
  private static let protocolVersion = 1001

  init(path: String, bytes: UnsafeRawBufferPointer) throws(CheckpointFault) {
    func next(from position: Int) throws(CheckpointFault) -> Pickle {
      try PickleMachine.run(path: path, reader: ByteReader(bytes, in: position..<bytes.count))
    }

    let magic: Pickle
    do throws(CheckpointFault) {
      magic = try next(from: 0)
    } catch {
      if case .truncated = error { throw error }
      throw .notACheckpoint(path: path, found: "no pickle, although it begins like one")
    }
    guard case .largeInteger(LegacyContainer.magicNumber) = magic.root else {
      throw .notACheckpoint(path: path, found: "a pickle that torch.save did not write")
    }
    let version = try next(from: magic.end)
    guard case .integer(LegacyContainer.protocolVersion) = version.root else {
      throw .badContainer(path: path, problem: "its protocol is not \(LegacyContainer.protocolVersion)")
    }
    let machine = try next(from: version.end)
    pickle = try next(from: machine.end)
    let keys = try next(from: pickle.end)
    guard let list = keys.elements(keys.root) else {
      throw .badContainer(path: path, problem: "its list of storages is not a list")
    }
    storages = try LegacyContainer.storages(
      path: path, keys: list, pickle: pickle, reader: ByteReader(bytes, in: keys.end..<bytes.count))
  }

  private static func storages(
    path: String, keys: [PickleValue], pickle: Pickle, reader: ByteReader
  ) throws(CheckpointFault) -> [String: Range<Int>] {
    var references: [String: StorageReference] = [:]
    for node in pickle.persistentNodes {
      guard let reference = StorageReference(.node(node), in: pickle), references[reference.key] == nil else {
        continue
      }
      references[reference.key] = reference
    }
    var reader = reader
    var ranges: [String: Range<Int>] = [:]
    for key in keys {
      guard let key = StorageReference.key(key), let reference = references[key], let size = reference.format.byteCount
      else { throw .badContainer(path: path, problem: "its list of storages has one that the pickle does not") }
      let start = reader.position
      guard let count = reader.integer(Int64.self) else {
        throw .truncated(
          path: path, part: "the storage \(key)", position: start, expected: 8, available: reader.remaining)
      }
      guard count == reference.count else {
        throw .badContainer(
          path: path, problem: "the storage \(key) has \(count) elements, the pickle says \(reference.count)")
      }
      let (byteCount, overflow) = reference.count.multipliedReportingOverflow(by: size)
      guard !overflow, let range = reader.take(byteCount) else {
        throw .truncated(
          path: path, part: "the storage \(key)", position: reader.position, expected: overflow ? nil : byteCount,
          available: reader.remaining)
      }
      guard ranges.updateValue(range, forKey: key) == nil else {
        throw .badContainer(path: path, problem: "its list of storages has \(key) twice")
      }
    }
    return ranges
  }
}
