public import LHModel
import LHSupernet
public import LHSystem
import LHTensorNames

/// A subnet file, open for reading.
///
/// Opening checks everything but the payloads, and reads none of them. Tensors are then read in any order, by any
/// number of threads at once. A file that changes meanwhile is a fault.
public final class SubnetReader: Sendable {
  /// What the model is.
  public let model: ModelDescription
  /// Where the file comes from.
  public let provenance: Provenance
  /// What the model computes.
  public let shape: EncoderShape
  /// The model's tensors.
  public let layout: EncoderLayout
  /// The tensor table, in the layout's order.
  public let entries: [TensorEntry]
  /// The file's path, or what the caller called the bytes.
  public let path: String
  /// The version of the format that the file is in.
  public let version: Int
  /// Size of the whole file in bytes.
  public var byteCount: Int { bytes.count }

  let bytes: SubnetBytes
  /// The outlier channels of tensors that were asked for.
  let toldOutliers = Locked<[String: [Int]]>([:])

  /// Whether a file begins like a subnet file, sound or not.
  public static func recognizes(_ file: InputFile) throws(FileFault) -> Bool {
    FileFormat.isRecognized(try file.bytes(0..<min(file.byteCount, FileFormat.recognizedSize)))
  }

  /// Opens a file: checks header and table.
  public convenience init(path: String) throws(SubnetFileFault) {
    let file: InputFile
    do throws(FileFault) {
      file = try InputFile(path: path)
    } catch {
      throw .file(error)
    }
    try self.init(file: file)
  }

  /// Opens a file that is open for reading already.
  public convenience init(file: InputFile) throws(SubnetFileFault) {
    try self.init(.file(file), name: file.path)
  }

  /// Opens a file that lies in memory, which `owner` keeps alive and unchanged.
  ///
  /// - Parameter name: What faults call it.
  public convenience init(
    bytes: UnsafeRawBufferPointer, owner: some AnyObject & Sendable, name: String
  ) throws(SubnetFileFault) {
    try self.init(.memory(bytes, owner: owner), name: name)
  }

  private init(_ bytes: SubnetBytes, name: String) throws(SubnetFileFault) {
    let beginning = try bytes.copy(0..<min(bytes.count, FileFormat.preambleSize))
    let preamble = try Preamble(beginning, fileSize: bytes.count, path: name)
    let head = try bytes.copy(0..<preamble.end)
    guard head.starts(with: beginning) else { throw .file(.changed(path: name)) }
    let (header, entries) = try head.withUnsafeBufferPointer { head throws(SubnetFileFault) in
      let head = UnsafeRawBufferPointer(head)
      try preamble.verify(head, path: name)
      return (
        try SubnetHeader(
          parsing: UnsafeRawBufferPointer(rebasing: head[preamble.json]), version: preamble.version, path: name),
        try TensorEntry.read(
          UnsafeRawBufferPointer(rebasing: head[preamble.table]), count: preamble.tensorCount,
          from: FileFormat.aligned(preamble.end), to: bytes.count, version: preamble.version, path: name)
      )
    }
    let shape = header.model.shape
    let layout = EncoderLayout(shape)
    try SubnetReader.check(entries, against: layout, FairseqNames(shape), path: name)
    guard let first = entries.first,
      try bytes.copy(preamble.end..<first.range.lowerBound).allSatisfy({ $0 == 0 })
    else {
      throw .padding(path: name, before: entries.first?.name ?? "")
    }
    let neededVersion = entries.reduce(header.model.firstVersion) { max($0, $1.elementType.firstVersion) }
    guard preamble.version == neededVersion else {
      throw .needlessVersion(path: name, found: preamble.version, expected: neededVersion)
    }
    version = Int(preamble.version)
    model = header.model
    provenance = header.provenance
    self.entries = entries
    self.bytes = bytes
    path = name
    self.shape = shape
    self.layout = layout
  }

  private static func check(
    _ entries: [TensorEntry], against layout: EncoderLayout, _ names: some TensorNames, path: String
  ) throws(SubnetFileFault) {
    for (entry, tensor) in zip(entries, layout.tensors) {
      let name = names.name(of: tensor.role)
      guard entry.name == name else { throw .wrongTensor(path: path, found: entry.name, expected: name) }
      guard entry.shape == tensor.shape else {
        throw .wrongShape(path: path, tensor: entry.name, found: entry.shape, expected: tensor.shape)
      }
      guard entry.elementType != .int8 || tensor.isQuantizable else {
        throw .wrongElementType(path: path, tensor: entry.name, name: entry.elementType.name)
      }
    }
    guard entries.count == layout.tensors.count else {
      throw .wrongTensorCount(path: path, found: entries.count, expected: layout.tensors.count)
    }
  }

  /// The table's entry for a tensor.
  public func entry(_ role: TensorRole) throws(SubnetFileFault) -> TensorEntry {
    guard let place = layout.place(of: role) else {
      throw .noSuchTensor(path: path, tensor: FairseqNames(shape).name(of: role))
    }
    return entries[place]
  }
}
