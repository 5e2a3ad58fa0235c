public import Files
public import JSON
public import Tensors

/// A PyTorch checkpoint: named tensors and a configuration, read without executing anything.
///
/// Opening it maps the file and reads its pickle; the bytes of a tensor are read when somebody looks at them. The state
/// dict is looked for under "model", then under "state_dict", then as the whole object; the configuration under "cfg",
/// then under "args".
public final class Checkpoint: Sendable {
  /// The path it was opened with.
  public let path: String
  /// The mapped file, to hash its bytes or to give pages back.
  public let file: MappedFile
  /// Which of PyTorch's two formats it is in.
  public let container: ContainerKind
  /// The configuration as plain data: `cfg`; or of an `argparse.Namespace` under `args` an object whose members "model"
  /// and "task" are both that namespace; or an empty object when the file has neither.
  public let configuration: JSONValue
  /// Names of the tensors of the state dict, in the order of the file.
  public let tensorNames: [String]
  private let tensors: [String: StoredTensor]
  private let isBigEndian: Bool

  /// Opens a file that `torch.save` wrote, in either container.
  ///
  /// Checks everything but the elements: every tensor of weights lies within its storage, every storage within the file.
  public init(path: String) throws(CheckpointFault) {
    do throws(FileFault) {
      file = try MappedFile(path: path)
    } catch {
      throw .unreadable(error)
    }
    self.path = path
    let parts = try Container(path: path, bytes: file.bytes)
    container = parts.kind
    isBigEndian = parts.isBigEndian
    let state = try StateDict(parts, file: file)
    tensorNames = state.names
    tensors = state.tensors
    configuration = try Checkpoint.configuration(parts)
  }

  /// The tensor of that name; nil when the state dict has none.
  ///
  /// Its storage is the mapped file, except that a file with the most significant byte first gives a swapped copy of
  /// the tensor's part. Throws `unsupportedElementType` when the tensor does not hold floating-point weights.
  public func tensor(_ name: String) throws(CheckpointFault) -> TensorView? {
    guard let tensor = tensors[name] else { return nil }
    guard let view = tensor.view else {
      throw .unsupportedElementType(path: path, tensor: name, found: tensor.formatName)
    }
    return isBigEndian ? view.byteSwapped() : view
  }

  /// What is known of a tensor without reading it; nil when the state dict has none of that name.
  public func summary(of name: String) -> TensorSummary? {
    tensors[name].map {
      TensorSummary(
        name: name, shape: $0.shape, formatName: $0.formatName, elementType: ElementType(rawValue: $0.formatName))
    }
  }

  private static func configuration(_ container: Container) throws(CheckpointFault) -> JSONValue {
    let pickle = container.pickle
    let top = pickle.entries(pickle.root) ?? []
    var reader = ConfigurationReader(container)
    if let value = pickle.entry("cfg", of: top), case .object(let object) = try reader.read(value),
      !object.members.isEmpty
    {
      return .object(object)
    }
    if let value = pickle.entry("args", of: top), case .object(let object) = try reader.read(value) {
      return .object(["model": .object(object), "task": .object(object)])
    }
    return .object([:])
  }
}

/// What a checkpoint says of one tensor.
public struct TensorSummary: Sendable, Hashable {
  /// Its name in the state dict.
  public let name: String
  /// Length of each axis.
  public let shape: [Int]
  /// PyTorch's name of its elements' format, for example "float32" or "int64"; of a tensor that is no plain array of
  /// numbers, the name of the function that makes it.
  public let formatName: String
  /// The format, when it is one that weights come in; otherwise `tensor(_:)` throws.
  public let elementType: ElementType?
}
