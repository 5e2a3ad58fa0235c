internal import LHSystem

/// The format of `torch.save` before PyTorch 1.6: five pickles (magic number, protocol, the machine that wrote it, the
/// object, the keys of the storages), then for each storage its number of elements and its bytes, and nothing else.
struct LegacyContainer {
  let pickle: Pickle
  /// Where the storages lie in the file.
  let storages: [String: Range<Int>]

  /// 0x1950a86a20f9469cfc6c, least significant byte first.
  private static let magicNumber: [UInt8] = [0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19]
  private static let protocolVersion = 1001

  init(_ file: InputFile) throws(CheckpointFault) {
    var head = try PickledHead(file)
    let magic: Pickle
    do throws(CheckpointFault) {
      magic = try head.next()
    } catch {
      switch error {
      case .truncated, .unreadable: throw error
      default: throw .notACheckpoint(path: file.path, found: "no pickle, although it begins like one")
      }
    }
    guard case .largeInteger(LegacyContainer.magicNumber) = magic.root else {
      throw .notACheckpoint(path: file.path, found: "a pickle that torch.save did not write")
    }
    guard case .integer(LegacyContainer.protocolVersion) = try head.next(plain: "its protocol").root else {
      throw .badContainer(path: file.path, problem: "its protocol is not \(LegacyContainer.protocolVersion)")
    }
    // Of the machine that wrote the file nothing is of use, but something else in its place is no work of torch.save.
    let machine = try head.next(plain: "its description of the machine that wrote it")
    guard machine.entries(machine.root) != nil else {
      throw .badContainer(path: file.path, problem: "its description of the machine that wrote it is no dictionary")
    }
    pickle = try head.next()
    let keys = try head.next(plain: "its list of storages")
    guard let list = keys.elements(keys.root) else {
      throw .badContainer(path: file.path, problem: "its list of storages is not a list")
    }
    storages = try LegacyContainer.storages(
      file, from: keys.end, keys: list, references: try StorageReference.all(in: pickle, path: file.path))
  }

  private static func storages(
    _ file: InputFile, from start: Int, keys: [PickleValue], references: [String: StorageReference]
  ) throws(CheckpointFault) -> [String: Range<Int>] {
    var ranges: [String: Range<Int>] = [:]
    var position = start
    func next(_ key: String, _ byteCount: Int?) throws(CheckpointFault) -> Range<Int> {
      let available = file.byteCount - position
      guard let byteCount, byteCount <= available else {
        throw .truncated(
          path: file.path, part: "the storage \(key)", position: position, expected: byteCount, available: available)
      }
      defer { position += byteCount }
      return position..<position + byteCount
    }
    for key in keys {
      guard let key = StorageReference.key(key), let reference = references[key], let size = reference.format.byteCount
      else {
        throw .badContainer(path: file.path, problem: "its list of storages has one that the pickle does not")
      }
      var reader = ByteReader(try file.contents(try next(key, 8)))
      let count = reader.integer(Int64.self).map(Int.init) ?? 0
      guard count == reference.count else {
        throw .badContainer(
          path: file.path, problem: "the storage \(key) has \(count) elements, the pickle says \(reference.count)")
      }
      let (byteCount, overflow) = count.multipliedReportingOverflow(by: size)
      let range = try next(key, overflow ? nil : byteCount)
      guard ranges.updateValue(range, forKey: key) == nil else {
        throw .badContainer(path: file.path, problem: "its list of storages has \(key) twice")
      }
    }
    guard position == file.byteCount else {
      throw .badContainer(
        path: file.path, problem: "\(file.byteCount - position) bytes stand behind its last storage")
    }
    return ranges
  }
}

/// The pickles at the beginning of a file. How long they are shows when they are run: so much is read as they need.
private struct PickledHead {
  private let file: InputFile
  private var bytes: [UInt8]
  private var position = 0

  init(_ file: InputFile) throws(CheckpointFault) {
    self.file = file
    bytes = try file.contents(0..<min(1 << 20, file.byteCount))
  }

  /// The next pickle, which is `what` in words and names no class or function.
  mutating func next(plain what: String) throws(CheckpointFault) -> Pickle {
    let pickle = try next()
    for node in pickle.nodes {
      switch node.kind {
      case .tuple, .list, .set, .dictionary: continue
      case .global(let name):
        throw .badContainer(path: file.path, problem: "\(what) names \(name), expected numbers and texts only")
      case .object, .persistent:
        throw .badContainer(path: file.path, problem: "\(what) has a call in it, expected numbers and texts only")
      }
    }
    return pickle
  }

  /// The next pickle.
  mutating func next() throws(CheckpointFault) -> Pickle {
    while true {
      do throws(CheckpointFault) {
        let pickle = try PickleMachine.run(path: file.path, reader: ByteReader(bytes, in: position..<bytes.count))
        position = pickle.end
        return pickle
      } catch {
        guard case .truncated = error, bytes.count < file.byteCount else { throw error }
        guard bytes.count < CheckpointLimits.pickleBytes else {
          throw .pickleTooLarge(path: file.path, limit: CheckpointLimits.pickleBytes, what: "bytes")
        }
      }
      // Starting over costs a third of the last run.
      let more = min(4 * bytes.count, CheckpointLimits.pickleBytes, file.byteCount)
      bytes = []
      bytes = try file.contents(0..<more)
    }
  }
}
