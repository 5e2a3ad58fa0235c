public import LHJSON
public import LHTensors

/// Writes small checkpoints as `torch.save` would, with the tensors, formats and containers that a test wants.
///
///     var writer = CheckpointWriter()
///     writer.configuration = ["model": ["encoder_layers": .integer(1)]]
///     writer.addTensor("layer_norm.weight", [1, 2, 3, 4], shape: [4])
///     let storage = writer.addStorage([1, 2, 3, 4, 5, 6], as: .float16)
///     writer.addTensor("transposed", storage: storage, shape: [3, 2], strides: [1, 3])
///     writer.write(to: folder + "/small.pt")
public struct CheckpointWriter {
  /// The format of the file.
  public enum Container: String, Sendable, CaseIterable {
    /// Zip, as PyTorch 1.6 and later.
    case zip
    /// Zip with all sizes in zip64 fields, as for checkpoints beyond 4 GB.
    case zip64
    /// A row of pickles, as PyTorch before 1.6.
    case legacy
  }

  /// How the configuration is pickled.
  public enum ConfigurationForm: String, Sendable, CaseIterable {
    /// Plain dictionaries under "cfg".
    case dictionary
    /// Under "cfg" a dictionary, each of whose objects is an argparse.Namespace.
    case namespaces
    /// Under "args" one argparse.Namespace; there is no "cfg".
    case arguments
    /// Under "cfg" omegaconf's DictConfig, ListConfig and AnyNode, without the metadata that omegaconf itself needs.
    case omegaconf
  }

  /// The format of the file.
  public var container = Container.zip
  /// What the archive's `byteorder` record says, and in which order the elements are written; nil for no such record.
  public var isBigEndian: Bool?
  /// The configuration, which must be an object; nil for none.
  public var configuration: JSONValue?
  /// How the configuration is pickled.
  public var configurationForm = ConfigurationForm.dictionary
  /// The key of the configuration in the object that is saved; nil for "cfg" or, of arguments, "args".
  public var configurationKey: String?
  /// The name of the state dict in the object that is saved; nil when it is the whole object.
  public var stateDictKey: String? = "model"
  /// The folder in the zip archive.
  public var folder = "archive"
  /// Appends more keys and values to the object that is saved.
  public var addEntries: (inout PickleWriter) -> Void = { _ in }

  private var storages: [Storage] = []
  private var tensors: [Tensor] = []

  private struct Storage {
    let className: String
    let elementSize: Int
    let bytes: [UInt8]
  }

  private struct Tensor {
    let name: String
    let storage: Int
    let offset: Int
    let shape: [Int]
    let strides: [Int]
  }

  /// A checkpoint without tensors.
  public init() {}

  // MARK: Content

  /// Adds a storage that tensors can share, and returns its number. Values are rounded to the format, to nearest even.
  public mutating func addStorage(_ values: [Float], as type: ElementType = .float32) -> Int {
    let className =
      switch type {
      case .float32: "FloatStorage"
      case .float16: "HalfStorage"
      case .bfloat16: "BFloat16Storage"
      case .float64: "DoubleStorage"
      }
    return addStorage(
      className: className, elementSize: type.byteCount, bytes: CheckpointWriter.encode(values, as: type))
  }

  /// Adds a storage of any class, for example "LongStorage", and returns its number.
  public mutating func addStorage(className: String, elementSize: Int, bytes: [UInt8]) -> Int {
    storages.append(Storage(className: className, elementSize: elementSize, bytes: bytes))
    return storages.count - 1
  }

  /// Adds a tensor that looks at a storage; nothing is checked, so that it may lie outside. No strides: row-major.
  public mutating func addTensor(
    _ name: String, storage: Int, offset: Int = 0, shape: [Int], strides: [Int]? = nil
  ) {
    let strides = strides ?? TensorView.rowMajorStrides(shape)!
    tensors.append(Tensor(name: name, storage: storage, offset: offset, shape: shape, strides: strides))
  }

  /// Adds a tensor with a storage of its own.
  public mutating func addTensor(_ name: String, _ values: [Float], shape: [Int], as type: ElementType = .float32) {
    addTensor(name, storage: addStorage(values, as: type), shape: shape)
  }

  /// The little-endian bytes of values in a format.
  public static func encode(_ values: [Float], as type: ElementType) -> [UInt8] {
    values.flatMap { value -> [UInt8] in
      switch type {
      case .float32: value.bitPattern.littleEndianBytes
      case .float16: Float16(value).bitPattern.littleEndianBytes
      case .float64: Double(value).bitPattern.littleEndianBytes
      case .bfloat16:
        UInt16(truncatingIfNeeded: (value.bitPattern + 0x7fff + (value.bitPattern >> 16 & 1)) >> 16).littleEndianBytes
      }
    }
  }

  // MARK: The file

  /// Writes the file.
  public func write(to path: String) { writeBytes(file(), to: path) }

  /// The bytes of the file.
  public func file() -> [UInt8] {
    switch container {
    case .zip, .zip64: zipFile()
    case .legacy: legacyFile()
    }
  }

  /// The pickle of the object that is saved: `data.pkl` of a zip archive.
  public func pickle() -> [UInt8] {
    var pickle = PickleWriter()
    if let stateDictKey {
      pickle.dictionary { pickle in
        appendConfiguration(to: &pickle)
        pickle.string(stateDictKey)
        appendStateDict(to: &pickle)
        addEntries(&pickle)
      }
    } else {
      appendStateDict(to: &pickle)
    }
    pickle.stop()
    return pickle.bytes
  }

  private func zipFile() -> [UInt8] {
    var zip = ZipWriter()
    zip.isZip64 = container == .zip64
    zip.add("\(folder)/data.pkl", pickle())
    if let isBigEndian { zip.add("\(folder)/byteorder", Array((isBigEndian ? "big" : "little").utf8)) }
    for (key, storage) in storages.enumerated() {
      var bytes = storage.bytes
      if isBigEndian == true {
        let size = storage.elementSize
        bytes = stride(from: 0, to: bytes.count, by: size).flatMap { bytes[$0..<$0 + size].reversed() }
      }
      zip.add("\(folder)/data/\(key)", bytes)
    }
    zip.add("\(folder)/version", Array("3\n".utf8))
    return zip.finished()
  }

  private func legacyFile() -> [UInt8] {
    let magic: [UInt8] = [0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19]
    var head = PickleWriter()
    head.raw([0x8a, 10] + magic)
    head.raw([0x2e, 0x80, 2])
    head.integer(1001)
    head.raw([0x2e, 0x80, 2])
    head.dictionary { pickle in
      pickle.string("little_endian")
      pickle.bool(true)
    }
    head.stop()
    var keys = PickleWriter()
    keys.list { pickle in for key in storages.indices { pickle.string("\(key)") } }
    keys.stop()
    return head.bytes + pickle() + keys.bytes
      + storages.flatMap { Int64($0.bytes.count / $0.elementSize).littleEndianBytes + $0.bytes }
  }

  // MARK: The pickle

  private func appendStateDict(to pickle: inout PickleWriter) {
    pickle.call("collections", "OrderedDict")
    pickle.raw("(")
    for tensor in tensors {
      pickle.string(tensor.name)
      pickle.call("torch._utils", "_rebuild_tensor_v2") { pickle in
        appendStorage(tensor.storage, to: &pickle)
        pickle.integer(tensor.offset)
        pickle.tuple(tensor.shape)
        pickle.tuple(tensor.strides)
        pickle.bool(false)
        pickle.call("collections", "OrderedDict")
      }
    }
    pickle.raw("u")
  }

  private func appendStorage(_ key: Int, to pickle: inout PickleWriter) {
    let storage = storages[key]
    pickle.tuple { pickle in
      pickle.string("storage")
      pickle.global("torch", storage.className)
      pickle.string("\(key)")
      pickle.string("cpu")
      pickle.integer(storage.bytes.count / storage.elementSize)
      if container == .legacy { pickle.none() }
    }
    pickle.raw("Q")
  }

  private func appendConfiguration(to pickle: inout PickleWriter) {
    guard let configuration else { return }
    pickle.string(configurationKey ?? (configurationForm == .arguments ? "args" : "cfg"))
    pickle.plain(configuration, as: configurationForm, isTop: true)
  }
}

extension PickleWriter {
  fileprivate mutating func plain(_ value: JSONValue, as form: CheckpointWriter.ConfigurationForm, isTop: Bool = false)
  {
    switch value {
    case .object(let object):
      let members = { (pickle: inout PickleWriter) in
        for (name, value) in object.members {
          pickle.string(name)
          pickle.plain(value, as: form)
        }
      }
      switch form {
      case .namespaces where isTop, .dictionary: dictionary(members)
      case .namespaces: self.object("argparse", "Namespace", attributes: members)
      case .arguments where isTop: self.object("argparse", "Namespace", attributes: members)
      case .arguments: dictionary(members)
      case .omegaconf: omegaconf("dictconfig", "DictConfig", "_content") { $0.dictionary(members) }
      }
    case .array(let elements):
      let content = { (pickle: inout PickleWriter) in
        pickle.list { pickle in for element in elements { pickle.plain(element, as: form) } }
      }
      if form == .omegaconf { omegaconf("listconfig", "ListConfig", "_content", content) } else { content(&self) }
    default:
      if form == .omegaconf { omegaconf("nodes", "AnyNode", "_val") { $0.scalar(value) } } else { scalar(value) }
    }
  }

  private mutating func omegaconf(
    _ module: String, _ name: String, _ field: String, _ content: (inout PickleWriter) -> Void
  ) {
    object("omegaconf.\(module)", name) { pickle in
      pickle.string("_parent")
      pickle.none()
      pickle.string(field)
      content(&pickle)
    }
  }

  private mutating func scalar(_ value: JSONValue) {
    switch value {
    case .bool(let value): bool(value)
    case .integer(let value): integer(value)
    case .number(let value): number(value)
    case .string(let value): string(value)
    case .null, .array, .object: none()
    }
  }
}
