public import LHTensors

/// Writes safetensors files, with any lie in their header.
///
///     var writer = SafetensorsWriter()
///     writer.add("layer_norm.weight", [1, 2, 3, 4], shape: [4])
///     writer.write(to: folder + "/model.safetensors")
public struct SafetensorsWriter: Sendable {
  /// An entry of the header.
  public struct Entry: Sendable {
    /// Its name.
    public var name: String
    /// What the header has under it; nil for what goes with the tensor.
    public var text: String?
    /// The type, as the format has it.
    public var type: String
    /// Length of each axis.
    public var shape: [Int]
    /// Its elements.
    public var bytes: [UInt8]
  }

  /// The entries, in the order of the file.
  public var entries: [Entry] = []
  /// The text of `__metadata__`; nil for none.
  public var metadata: String?
  /// What the JSON text is followed by.
  public var padding = ""
  /// What the first eight bytes are; nil for the length of the header.
  public var length: UInt64?
  /// What stands behind the last tensor.
  public var trailing: [UInt8] = []

  /// A file without tensors.
  public init() {}

  /// Adds a tensor.
  public mutating func add(_ name: String, _ values: [Float], shape: [Int], as type: ElementType = .float32) {
    let typeName =
      switch type {
      case .float16: "F16"
      case .bfloat16: "BF16"
      case .float32: "F32"
      case .float64: "F64"
      }
    add(name, typeName, shape: shape, bytes: CheckpointWriter.encode(values, as: type))
  }

  /// Adds a tensor of any type.
  public mutating func add(_ name: String, _ type: String, shape: [Int], bytes: [UInt8]) {
    entries.append(Entry(name: name, type: type, shape: shape, bytes: bytes))
  }

  /// The JSON text of the header.
  public var header: String {
    var offset = 0
    var members: [String] = metadata.map { ["\"__metadata__\":\($0)"] } ?? []
    for entry in entries {
      let end = offset + entry.bytes.count
      let shape = entry.shape.map(String.init).joined(separator: ",")
      let text =
        entry.text ?? "{\"dtype\":\"\(entry.type)\",\"shape\":[\(shape)],\"data_offsets\":[\(offset),\(end)]}"
      members.append("\"\(entry.name)\":\(text)")
      offset = end
    }
    return "{\(members.joined(separator: ","))}\(padding)"
  }

  /// The bytes of the file.
  public func file() -> [UInt8] { file(header: header) }

  /// The bytes of the file with another header.
  public func file(header: String) -> [UInt8] {
    let text = Array(header.utf8)
    return (length ?? UInt64(text.count)).littleEndianBytes + text + entries.flatMap(\.bytes) + trailing
  }

  /// Writes the file.
  public func write(to path: String) { writeBytes(file(), to: path) }
}
