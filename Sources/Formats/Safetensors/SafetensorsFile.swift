internal import LHJSON
public import LHSystem
public import LHTensors

/// A `.safetensors` file: named tensors, one after the other behind a header of JSON text.
///
/// Opening it reads and checks the header by the published rules: every tensor has a known type, the bytes that its
/// shape calls for, and its place directly behind that of another, so that there is no hole, no overlap and nothing
/// behind the last one; no name occurs twice. A tensor is read when it is asked for.
public final class SafetensorsFile: Sendable {
  /// The path it was opened with.
  public let path: String
  /// The file, of which nothing is mapped.
  public let file: InputFile
  /// The names of the tensors, in the order of the header.
  public let tensorNames: [String]
  /// What the header says beside its tensors (`__metadata__`).
  public let metadata: [String: String]

  private let entries: [String: SafetensorsEntry]

  /// So many bytes of a file tell whether it is meant to be one.
  public static let recognizedSize = 9

  /// Whether a file begins like one, sound or not: a length, and an opening brace behind it.
  public static func recognizes(_ beginning: [UInt8]) -> Bool {
    beginning.count > 8 && beginning[8] == UInt8(ascii: "{") && beginning[4..<8].allSatisfy { $0 == 0 }
      && beginning[3] < 0x10
  }

  /// Opens a file.
  public convenience init(path: String) throws(SafetensorsFault) {
    try self.init(file: try mappingError(of: InputFile(path: path), to: SafetensorsFault.unreadable))
  }

  /// Reads the header of a file that is open for reading already.
  public init(file: InputFile) throws(SafetensorsFault) {
    self.file = file
    path = file.path
    let header = try SafetensorsHeader(file)
    tensorNames = header.names
    entries = header.entries
    metadata = header.metadata
  }

  /// Size of the file.
  public var byteCount: Int { file.byteCount }

  /// The shape of a tensor; nil when there is none of that name.
  public func shape(of name: String) -> [Int]? { entries[name]?.shape }

  /// The format of a tensor's elements as PyTorch calls it, for example "float16" or "int64"; nil when there is none of
  /// that name.
  public func formatName(of name: String) -> String? { entries[name]?.type.name }

  /// A tensor, read into memory of its own; nil when there is none of that name.
  ///
  /// - Throws: `unsupportedType` when it does not hold floating-point weights.
  public func tensor(_ name: String) throws(SafetensorsFault) -> TensorView? {
    guard let entry = entries[name] else { return nil }
    guard let elementType = entry.type.elementType else {
      throw .unsupportedType(path: path, tensor: name, found: entry.type.rawValue)
    }
    do throws(FileFault) {
      let storage = try TensorStorage(uninitializedByteCount: entry.range.count) { bytes throws(FileFault) in
        try file.read(entry.range, into: bytes)
      }
      return TensorView(elementType: elementType, shape: entry.shape, storage: storage)
    } catch {
      throw .unreadable(error)
    }
  }

  /// Reads the whole file once, from front to back.
  ///
  /// - Parameter body: Gets the bytes, part by part.
  public func readContents(_ body: (UnsafeRawBufferPointer) -> Void) throws(SafetensorsFault) {
    try file.readContents({ bytes, _ throws(SafetensorsFault) in body(bytes) }, unreadable: SafetensorsFault.unreadable)
    try checkUnchanged()
  }

  /// Makes sure that nobody wrote to the file since it was opened.
  public func checkUnchanged() throws(SafetensorsFault) {
    try mappingError(of: file.checkUnchanged(), to: SafetensorsFault.unreadable)
  }
}
