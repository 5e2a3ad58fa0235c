public import LHJSON
public import LHSystem
public import LHTensors

/// A PyTorch checkpoint: named tensors and a configuration, read without executing anything.
///
/// Opening it reads the archive's directory and the pickle; a tensor is read when it is asked for. The state
/// dict is looked for under "model", then under "state_dict", then under the keys of other programs (`stateDictKey`),
/// then as the whole object; the configuration under every key where configurations occur (`configurations`).
public final class Checkpoint: Sendable {
  /// The path it was opened with.
  public let path: String
  /// The file, of which nothing is mapped.
  public let file: InputFile
  /// Which of PyTorch's two formats it is in.
  public let container: ContainerKind
  /// The key of the state dict in the saved dictionary; nil when that itself is the state dict.
  public let stateDictKey: String?
  /// Other known keys of state dicts under which there are tensors too, for example an average of the weights
  /// ("ema"). They are not read.
  public let unusedStateDictKeys: [String]
  /// What is under each key where configurations occur, as plain data, in the order of preference: see
  /// `configurationKeys`. A key that is not there, or has None, is left out.
  public let configurations: JSONObject
  /// The keys of the saved dictionary and what is under each, in words for a message: the first few of them.
  public let keyWords: String
  /// The configuration in the form of the published files: `cfg`; or of an `argparse.Namespace` under `args` an object
  /// whose members "model" and "task" are both that namespace; or an empty object when the file has neither.
  public let configuration: JSONValue
  /// Names of the tensors of the state dict, in the order of the file.
  public let tensorNames: [String]
  private let tensors: [String: StoredTensor]
  private let others: [String: String]
  private let isBigEndian: Bool
  let records: [ZipArchive.Record]

  /// Opens a file that `torch.save` wrote, in either container.
  ///
  /// Checks everything but the elements: every tensor of weights lies within its storage, every storage within the
  /// file.
  public init(path: String) throws(CheckpointFault) {
    file = try mappingError(of: InputFile(path: path), to: CheckpointFault.unreadable)
    self.path = path
    let parts = try Container(file)
    container = parts.kind
    records = parts.records
    isBigEndian = parts.isBigEndian
    let state = try StateDict(parts)
    // What is wrong with a tensor's own storage was said by its name.
    _ = try StorageReference.all(in: parts.pickle, path: path)
    tensorNames = state.names
    tensors = state.tensors
    others = state.others
    stateDictKey = state.key
    unusedStateDictKeys = state.unusedKeys
    configurations = try Checkpoint.configurations(parts)
    configuration = Checkpoint.published(configurations)
    keyWords = parts.pickle.keyWords(of: parts.pickle.entries(parts.pickle.root) ?? [])
  }

  /// The tensor of that name; nil when the state dict has none.
  ///
  /// Each call reads the part of the file that the tensor spans, into a storage of its own. Throws
  /// `unsupportedElementType` when the tensor does not hold floating-point weights.
  public func tensor(_ name: String) throws(CheckpointFault) -> TensorView? {
    guard let tensor = tensors[name] else { return nil }
    let view = try mappingError(of: tensor.read(file, isBigEndian: isBigEndian), to: CheckpointFault.unreadable)
    guard let view else {
      throw .unsupportedElementType(path: path, tensor: name, found: tensor.formatName)
    }
    return view
  }

  /// What is known of a tensor without reading it; nil when the state dict has none of that name.
  public func summary(of name: String) -> TensorSummary? {
    tensors[name].map {
      TensorSummary(
        name: name, shape: $0.shape, formatName: $0.formatName, elementType: ElementType(rawValue: $0.formatName))
    }
  }

  /// What an entry of the state dict is that is no tensor, in words; nil when there is no such entry.
  public func otherEntry(_ name: String) -> String? { others[name] }
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
