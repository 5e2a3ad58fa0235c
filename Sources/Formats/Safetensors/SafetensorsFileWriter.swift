internal import LHJSON
public import LHSystem
public import LHTensors

/// Writes a `.safetensors` file: a header of JSON text, and tensors directly one behind the other in the order in which
/// they are given.
///
///     let writer = SafetensorsFileWriter(tensors, metadata: ["format": "pt"])
///     try writer.write(to: file) { index in bytes(of: tensors[index]) }
public struct SafetensorsFileWriter: Sendable {
  /// The tensors, in the order of the file.
  public let tensors: [Tensor]
  /// Bytes of the whole file.
  public var byteCount: Int { header.count + tensors.reduce(0) { $0 + $1.byteCount } }

  private let header: [UInt8]

  /// A tensor that is to be written.
  public struct Tensor: Sendable, Hashable {
    /// Its name, which no other has.
    public var name: String
    /// Its number format.
    public var element: Element
    /// Length of each axis; empty for a scalar.
    public var shape: [Int]

    /// A tensor.
    public init(name: String, element: Element, shape: [Int]) {
      self.name = name
      self.element = element
      self.shape = shape
    }

    /// The number of elements.
    public var count: Int { shape.reduce(1, *) }
    /// Bytes of its elements.
    public var byteCount: Int { count * element.type.size }
  }

  /// A number format that is written.
  public enum Element: Sendable, Hashable {
    /// A format of weights.
    case weight(ElementType)
    /// Whole numbers of 64 bits, for counters.
    case int64

    var type: SafetensorsType {
      switch self {
      case .weight(.float32): .float32
      case .weight(.float16): .float16
      case .weight(.bfloat16): .bfloat16
      case .weight(.float64): .float64
      case .int64: .int64
      }
    }
  }

  /// A file of these tensors.
  ///
  /// - Parameter metadata: Texts beside the tensors (`__metadata__`), in this order. Other programs want to read
  ///   `"format": "pt"` there.
  public init(_ tensors: [Tensor], metadata: KeyValuePairs<String, String>) {
    self.init(tensors, metadata: metadata.map { ($0.key, $0.value) })
  }

  /// The same with metadata in a list.
  public init(_ tensors: [Tensor], metadata: [(name: String, text: String)]) {
    self.tensors = tensors
    var json = JSONObject()
    if !metadata.isEmpty {
      var texts = JSONObject()
      for (name, text) in metadata { texts[name] = .string(text) }
      json["__metadata__"] = .object(texts)
    }
    var position = 0
    for tensor in tensors {
      precondition(json[tensor.name] == nil, "a name occurs once")
      json[tensor.name] = .object([
        "dtype": .string(tensor.element.type.rawValue),
        "shape": .array(tensor.shape.map(JSONValue.integer)),
        "data_offsets": .array([.integer(position), .integer(position + tensor.byteCount)]),
      ])
      position += tensor.byteCount
    }
    // Spaces at the end of the text bring the tensors to a multiple of 8, which lets others map them.
    var text = Array(JSONValue.object(json).text().utf8)
    while (SafetensorsHeader.prefixSize + text.count) % 8 != 0 { text.append(UInt8(ascii: " ")) }
    header = (0..<SafetensorsHeader.prefixSize).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) } + text
  }

  /// Writes the file, but for its name: the caller commits it.
  ///
  /// - Parameters:
  ///   - file: Where it goes.
  ///   - content: The bytes of a tensor's elements, row-major and little-endian, by its place among `tensors`. Asked
  ///     for in order, one after the other.
  public func write(to file: AtomicFile, content: (_ index: Int) throws -> [UInt8]) throws {
    try file.write(header)
    for (index, tensor) in tensors.enumerated() {
      let bytes = try content(index)
      precondition(bytes.count == tensor.byteCount, "the bytes of the tensor's elements")
      try file.write(bytes)
    }
  }
}
