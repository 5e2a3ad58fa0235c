public import LHSystem
public import LHTensors

/// A checkpoint that cannot be read.
public enum CheckpointFault: Fault, Equatable {
  /// The file cannot be opened or read, or was changed meanwhile.
  case unreadable(FileFault)
  /// The file is something else; `found` says what its first bytes look like.
  case notACheckpoint(path: String, found: String)
  /// A container of PyTorch, or a feature of one, that is not read here; `remedy` says what to do about it.
  case unsupportedContainer(path: String, found: String, remedy: String)
  /// The file ends inside `part`, which begins at byte `position` and needs `expected` bytes (nil: not known).
  case truncated(path: String, part: String, position: Int, expected: Int?, available: Int)
  /// The container contradicts itself.
  case badContainer(path: String, problem: String)
  /// The zip archive lacks a record that it must have.
  case missingRecord(path: String, record: String)
  /// The pickle is not well formed, or asks for something that plain data never needs.
  case badPickle(path: String, problem: String, opcode: UInt8?, position: Int)
  /// A record's bytes are not those that its checksum was made of.
  case badChecksum(path: String, record: String)
  /// The pickle has more of something (`what`) than any checkpoint has.
  case pickleTooLarge(path: String, limit: Int, what: String)
  /// The tensors of the state dict up to `tensor` come to more than the file could hold, even if some share their
  /// storages.
  case tensorsTooLarge(path: String, tensor: String, byteCount: Int, limit: Int)
  /// `cfg` or `args` is nested too deeply, holds itself, or is too large.
  case badConfiguration(path: String, problem: String)
  /// There is no dictionary of tensors where one is expected; `found` says what there is, with its keys.
  case missingStateDict(path: String, found: String)
  /// There are dictionaries of tensors under several keys, none of which comes before the others.
  case ambiguousStateDict(path: String, keys: [String])
  /// A whole module was saved, an object of the class `name`, at `place`; its weights are inside, but only its own code
  /// can tell which they are.
  case savedModule(path: String, name: String, place: String)
  /// The description of a tensor makes no sense.
  case badTensor(path: String, tensor: String, problem: String)
  /// A tensor reaches beyond its storage.
  case tensorOutsideStorage(
    path: String, tensor: String, elementType: ElementType, shape: [Int], strides: [Int], offset: Int, storageBytes: Int
  )
  /// A tensor of integers or of another kind that holds no weights was asked for.
  case unsupportedElementType(path: String, tensor: String, found: String)

  /// The kind of fault.
  public var kind: FaultKind {
    switch self {
    case .unreadable(let fault): fault.kind
    default: .badData
    }
  }

  /// One line that begins with the file's path.
  public var description: String { CheckpointFault.line(text) }

  private var text: String {
    switch self {
    case .unreadable(let fault):
      return fault.description
    case .notACheckpoint(let path, let found):
      return "\(path): is \(found), not a PyTorch checkpoint (a file that torch.save wrote)"
    case .unsupportedContainer(let path, let found, let remedy):
      return "\(path): is \(found), which is not supported; \(remedy)"
    case .truncated(let path, let part, let position, let expected, let available):
      let problem =
        expected.map { "it needs \($0) bytes from byte \(position) on, and \(available) are there" }
        ?? "it ends at byte \(position + available)"
      return "\(path): is truncated in \(part): \(problem); copy or download the file again"
    case .badContainer(let path, let problem):
      return "\(path): is damaged: \(problem)"
    case .missingRecord(let path, let record):
      return "\(path): is damaged: the zip archive has no record \(record)"
    case .badPickle(let path, let problem, let opcode, let position):
      let name = opcode.map { " (opcode 0x" + String($0, radix: 16) + ")" } ?? ""
      return "\(path): has a bad pickle: \(problem) at byte \(position)\(name)"
    case .badChecksum(let path, let record):
      return "\(path): is damaged: the record \(record) does not have its checksum; copy or download the file again"
    case .pickleTooLarge(let path, let limit, let what):
      return "\(path): has a pickle of more than \(limit) \(what), the most that is read"
    case .tensorsTooLarge(let path, let tensor, let byteCount, let limit):
      return "\(path): its tensors up to \(tensor) come to \(byteCount) bytes, expected at most \(limit), four times"
        + " the file and 1 MiB: they repeat or share what is in it"
    case .badConfiguration(let path, let problem):
      return "\(path): the configuration \(problem)"
    case .missingStateDict(let path, let found):
      return "\(path): has no state dict: expected a dictionary of tensors, under \"model\" or \"state_dict\" or as the"
        + " whole file, found \(found); if the weights are among that, save them under \"model\""
    case .ambiguousStateDict(let path, let keys):
      return "\(path): has tensors under several keys, \(keys.joined(separator: " and ")), of which none comes before"
        + " the others; save the one that is meant under \"model\""
    case .savedModule(let path, let name, let place):
      return "\(path): is a whole module\(place), an object of \(name), which only its own code can take apart; load it"
        + " in Python and save its weights and configuration: \(Remedy.save("model.state_dict()"))"
    case .badTensor(let path, let tensor, let problem):
      return "\(path): the tensor \(tensor) \(problem)"
    case .tensorOutsideStorage(
      let path, let tensor, let elementType, let shape, let strides, let offset, let storageBytes):
      return "\(path): the tensor \(tensor) (\(elementType.rawValue), shape \(shape), strides \(strides), offset"
        + " \(offset)) reaches beyond its storage of \(storageBytes) bytes"
    case .unsupportedElementType(let path, let tensor, let found):
      return "\(path): the tensor \(tensor) is \(found), expected float32, float16, bfloat16 or float64"
    }
  }

  /// A text as one line of bounded length: names in a file can hold line feeds and be millions of characters long.
  private static func line(_ text: String) -> String {
    var line = ""
    for scalar in text.unicodeScalars.prefix(1000) {
      let isControl = scalar.properties.generalCategory == .control
      line += isControl ? scalar.escaped(asASCII: true) : String(scalar)
    }
    return text.unicodeScalars.dropFirst(1000).isEmpty ? line : line + "..."
  }
}
