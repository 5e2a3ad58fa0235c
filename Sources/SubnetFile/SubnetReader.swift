public import Files
public import Subnet
public import Tensors

/// A subnet file, open for reading.
///
/// Opening checks everything but the payloads, and touches none of them. Tensors are then read in any order, by any
/// number of threads at once.
public final class SubnetReader: Sendable {
  /// What the supernet was.
  public let config: ModelConfig
  /// The subnet that was cut out of it; it fits `config`.
  public let architecture: Architecture
  /// Where the file comes from.
  public let provenance: Provenance
  /// The tensor table: the names and shapes of `SubnetLayout`, in its order.
  public let entries: [TensorEntry]
  /// The file's path, or what the caller called the bytes.
  public let path: String
  /// Size of the whole file in bytes.
  public var byteCount: Int { bytes.count }

  private nonisolated(unsafe) let bytes: UnsafeRawBufferPointer
  private let owner: any AnyObject & Sendable
  private let places: [String: Int]

  /// Whether bytes begin like a subnet file, sound or not.
  public static func recognizes(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.count >= 4 && bytes.prefix(4).elementsEqual(FileFormat.magic.prefix(4))
  }

  /// Opens a file: maps it, and checks header and table.
  public convenience init(path: String) throws(SubnetFileFault) {
    let file: MappedFile
    do throws(FileFault) {
      file = try MappedFile(path: path)
    } catch {
      throw .file(error)
    }
    try self.init(file: file)
  }

  /// Opens a file that is mapped already.
  public convenience init(file: MappedFile) throws(SubnetFileFault) {
    try self.init(bytes: file.bytes, owner: file, name: file.path)
  }

  /// Opens a file that lies in memory, which `owner` keeps alive and unchanged.
  ///
  /// - Parameter name: What faults call it.
  public init(
    bytes: UnsafeRawBufferPointer, owner: some AnyObject & Sendable, name: String
  ) throws(SubnetFileFault) {
    let preamble = try Preamble(bytes, path: name)
    let header = try SubnetHeader(parsing: UnsafeRawBufferPointer(rebasing: bytes[preamble.json]), path: name)
    let entries = try TensorEntry.read(
      UnsafeRawBufferPointer(rebasing: bytes[preamble.table]), count: preamble.tensorCount,
      from: FileFormat.aligned(preamble.end), to: bytes.count, path: name)
    try SubnetReader.check(entries, against: header, path: name)
    guard let first = entries.first, bytes[preamble.end..<first.range.lowerBound].allSatisfy({ $0 == 0 }) else {
      throw .padding(path: name, before: entries.first?.name ?? "")
    }
    config = header.config
    architecture = header.architecture
    provenance = header.provenance
    self.entries = entries
    self.bytes = bytes
    self.owner = owner
    path = name
    places = Dictionary(uniqueKeysWithValues: entries.enumerated().map { ($1.name, $0) })
  }

  private static func check(
    _ entries: [TensorEntry], against header: SubnetHeader, path: String
  ) throws(SubnetFileFault) {
    let layout = SubnetLayout(config: header.config, architecture: header.architecture)
    for (entry, tensor) in zip(entries, layout.tensors) {
      guard entry.name == tensor.name else {
        throw .wrongTensor(path: path, found: entry.name, expected: tensor.name)
      }
      guard entry.shape == tensor.shape else {
        throw .wrongShape(path: path, tensor: entry.name, found: entry.shape, expected: tensor.shape)
      }
    }
    guard entries.count == layout.tensors.count else {
      throw .wrongTensorCount(path: path, found: entries.count, expected: layout.tensors.count)
    }
  }

  /// The table's entry for a tensor.
  public func entry(_ name: String) throws(SubnetFileFault) -> TensorEntry {
    guard let place = places[name] else { throw .noSuchTensor(path: path, tensor: name) }
    return entries[place]
  }

  /// A tensor's elements, row-major, in their stored number format.
  ///
  /// A raw tensor is a view of the file, and is not copied; the view keeps the file open. An encoded one is decoded into
  /// memory of its own, anew at each call.
  ///
  /// - Parameter verifyingChecksum: Whether the stored bytes, and the padding after them, are checked first. It costs
  ///   about as much as reading them once from memory.
  public func tensor(_ name: String, verifyingChecksum: Bool = true) throws(SubnetFileFault) -> TensorView {
    let entry = try entry(name)
    let stored = UnsafeRawBufferPointer(rebasing: bytes[entry.range])
    if verifyingChecksum { try verify(entry, XXH64.hash(stored)) }
    let storage: TensorStorage
    switch entry.encoding {
    case .raw:
      storage = TensorStorage(bytes: stored, owner: self)
    case .zstd:
      do throws(ZstdFrame.Failure) {
        storage = try TensorStorage(byteCount: entry.decodedSize) { target throws(ZstdFrame.Failure) in
          try ZstdFrame.decompress(stored, into: target)
        }
      } catch {
        throw .wrongFrame(path: path, tensor: name, problem: error.problem)
      }
    }
    guard let view = TensorView(elementType: entry.elementType, shape: entry.shape, storage: storage) else {
      preconditionFailure("the table's sizes were checked")
    }
    return view
  }

  /// Passes a tensor's rows (along its first axis) on in order, some at a time, each part right after its bytes were added
  /// to the checksum: they are read from memory once for both.
  ///
  /// When this throws, the tensor is damaged and nothing that `body` made of the rows may be used. An encoded tensor is
  /// verified before it is decoded.
  ///
  /// - Parameter body: Called with the rows and the index of the first of them.
  public func forEachPart(
    of name: String, rowsAtOnce: Int, _ body: (_ rows: TensorView, _ first: Int) -> Void
  ) throws(SubnetFileFault) {
    let entry = try entry(name)
    let isRaw = entry.encoding == .raw
    let view = try tensor(name, verifyingChecksum: !isRaw)
    let stored = UnsafeRawBufferPointer(rebasing: bytes[entry.range])
    let rowSize = stored.count / entry.shape[0]
    var hash = XXH64()
    for first in stride(from: 0, to: entry.shape[0], by: rowsAtOnce) {
      let rows = first..<min(first + rowsAtOnce, entry.shape[0])
      if isRaw {
        hash.update(
          UnsafeRawBufferPointer(rebasing: stored[rows.lowerBound * rowSize..<rows.upperBound * rowSize]))
      }
      body(view.narrowed(axis: 0, to: rows), first)
    }
    if isRaw { try verify(entry, hash.value) }
  }

  private func verify(_ entry: TensorEntry, _ checksum: UInt64) throws(SubnetFileFault) {
    guard checksum == entry.checksum else {
      throw .tensorDamaged(path: path, tensor: entry.name, found: checksum, expected: entry.checksum)
    }
    let paddingEnd = min(FileFormat.aligned(entry.range.upperBound), bytes.count)
    guard bytes[entry.range.upperBound..<paddingEnd].allSatisfy({ $0 == 0 }) else {
      throw .padding(path: path, before: entry.name)
    }
  }

  /// Gives the memory pages of a tensor of a mapped file back to the system, which reads them again when they are
  /// touched.
  public func release(_ name: String) {
    guard let place = places[name] else { return }
    (owner as? MappedFile)?.release(entries[place].range)
  }
}
