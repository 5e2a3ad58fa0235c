public import LHJSON
public import LHSystem

/// A `.safetensors` file, or the index of several, that breaks the format's rules.
public enum SafetensorsFault: Fault, Equatable {
  /// The file cannot be opened or read, or was changed meanwhile.
  case unreadable(FileFault)
  /// It does not begin like one.
  case notSafetensors(path: String)
  /// It is shorter than its header says.
  case truncated(path: String, expected: Int, found: Int)
  /// It goes on behind the last tensor.
  case trailingBytes(path: String, found: Int, expected: Int)
  /// The header is longer than any that is read.
  case headerTooLong(path: String, found: UInt64, limit: Int)
  /// The header is no JSON text, or has a name twice.
  case malformedHeader(path: String, JSONFault)
  /// `__metadata__` is no object of strings.
  case badMetadata(path: String)
  /// What the header says of a tensor makes no sense.
  case badTensor(path: String, tensor: String, problem: String)
  /// There is a hole before a tensor, or it overlaps another.
  case wrongPlace(path: String, tensor: String, found: Int, expected: Int)
  /// A tensor of integers or of another type that holds no weights was asked for.
  case unsupportedType(path: String, tensor: String, found: String)
  /// The index of several files is not one.
  case badIndex(path: String, problem: String)

  /// The kind of fault.
  public var kind: FaultKind {
    switch self {
    case .unreadable(let fault): fault.kind
    default: .badData
    }
  }

  /// One line that begins with the file's path.
  public var description: String {
    switch self {
    case .unreadable(let fault): fault.description
    case .notSafetensors(let path):
      "\(path): is no safetensors file, which begins with the length of its header and a brace"
    case .truncated(let path, let expected, let found):
      "\(path): is cut off: \(found) bytes, expected \(expected); copy or download the file again"
    case .trailingBytes(let path, let found, let expected):
      "\(path): has \(found) bytes, expected \(expected): there is something behind its last tensor"
    case .headerTooLong(let path, let found, let limit):
      "\(path): says that its header has \(found) bytes, expected at most \(limit)"
    case .malformedHeader(let path, let fault): "\(path): the safetensors header is malformed: \(fault)"
    case .badMetadata(let path): "\(path): the header's __metadata__ is no object of texts"
    case .badTensor(let path, let tensor, let problem): "\(path): the tensor \(excerpt(tensor)) \(problem)"
    case .wrongPlace(let path, let tensor, let found, let expected):
      "\(path): the tensor \(excerpt(tensor)) begins at byte \(found) of the data, expected \(expected): there is a"
        + " hole or an overlap"
    case .unsupportedType(let path, let tensor, let found):
      "\(path): the tensor \(excerpt(tensor)) has the type \(found), expected F32, F16, BF16 or F64"
    case .badIndex(let path, let problem): "\(path): the index \(problem)"
    }
  }
}
