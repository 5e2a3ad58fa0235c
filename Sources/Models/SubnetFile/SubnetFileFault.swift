public import LHConfiguration
public import LHJSON
public import LHSupernet
public import LHSystem

/// A way in which a file is not a whole subnet file, or in which none can be written.
///
/// `path` is the file, or what the caller called the bytes in memory. Offsets and sizes are in bytes.
public enum SubnetFileFault: Fault, Equatable {
  /// The operating system refused something.
  case file(FileFault)
  /// There is no memory for a tensor.
  case memory(OutOfMemory)

  // The preamble.
  /// The file does not begin like a subnet file.
  case notASubnet(path: String)
  /// The file begins like a subnet file whose line ends were changed.
  case changedAsText(path: String)
  /// A version that is newer than this program.
  case versionTooNew(path: String, found: UInt32)
  /// A version that never was.
  case noSuchVersion(path: String, found: UInt32)
  /// A version that is newer than what the file holds calls for.
  case needlessVersion(path: String, found: UInt32, expected: UInt32)
  /// The file is shorter than it says, or than the shortest one can be.
  case truncated(path: String, found: Int, expected: Int)
  /// The file is longer than it says.
  case trailingBytes(path: String, found: Int, expected: Int)
  /// The JSON text or the table is longer than allowed, or than the file.
  case tooLong(path: String, part: HeaderPart, found: Int, limit: Int)
  /// The bytes before the payloads are not those that were written.
  case headerDamaged(path: String, found: UInt64, expected: UInt64)

  // The JSON text.
  /// The JSON text is none.
  case malformedJSON(path: String, JSONFault)
  /// A member of the JSON text is missing or is not what it should be.
  case wrongMember(path: String, member: String, expected: String)
  /// The shape of a model that is no subnet is refused.
  case wrongShapeOfModel(path: String, [Violation])
  /// The configuration or the architecture is refused.
  case wrongSubnet(path: String, SubnetFault)

  // The table.
  /// The table ends within an entry, or goes on after the last.
  case tableLength(path: String, entry: Int, expected: Int, found: Int)
  /// A tensor's name is empty or not printable ASCII.
  case wrongName(path: String, entry: Int)
  /// Two tensors have one name.
  case duplicateTensor(path: String, tensor: String)
  /// The number of axes is not allowed, or an axis is empty.
  case wrongAxes(path: String, tensor: String)
  /// The shape needs more bytes than any tensor may have.
  case tensorTooLarge(path: String, tensor: String)
  /// Bytes of the table that must be zero are not.
  case reservedBytes(path: String, tensor: String)
  /// An element type that nobody defined.
  case unknownElementType(path: String, tensor: String, code: UInt8)
  /// An element type that the file's version of the format does not have.
  case unsupportedElementType(path: String, tensor: String, name: String, version: UInt32)
  /// An element type that this tensor cannot be stored in.
  case wrongElementType(path: String, tensor: String, name: String)
  /// An encoding that nobody defined.
  case unknownEncoding(path: String, tensor: String, code: UInt8)
  /// A payload is not as long as shape and element type say, or, encoded, not shorter.
  case wrongSize(path: String, tensor: String, found: UInt64, expected: String)
  /// A payload does not begin where the one before it lets it: there is a hole, an overlap, or no alignment.
  case wrongOffset(path: String, tensor: String, found: UInt64, expected: Int)
  /// The tensors are fewer or more than the architecture calls for.
  case wrongTensorCount(path: String, found: Int, expected: Int)
  /// Another tensor stands where the architecture calls for one.
  case wrongTensor(path: String, found: String, expected: String)
  /// A tensor's shape is not the one that the architecture calls for.
  case wrongShape(path: String, tensor: String, found: [Int], expected: [Int])

  // The payloads.
  /// Bytes between payloads are not zero.
  case padding(path: String, before: String)
  /// A payload's bytes are not those that were written.
  case tensorDamaged(path: String, tensor: String, found: UInt64, expected: UInt64)
  /// A frame says that it holds more than weights can be compressed by.
  case tooCompressed(path: String, tensor: String, size: Int, content: Int, limit: Int)
  /// An encoded payload is not one zstd frame of the right content size.
  case wrongFrame(path: String, tensor: String, problem: String)
  /// A part of an int8 tensor breaks a rule.
  case wrongInt8(path: String, tensor: String, Int8Problem)
  /// The subnet has no tensor of that name.
  case noSuchTensor(path: String, tensor: String)

  // Writing.
  /// A value that the forced element type cannot hold at all.
  case outOfRange(tensor: String, type: String)
  /// zstd failed.
  case cannotCompress(tensor: String, problem: String)
  /// `SOURCE_DATE_EPOCH` is set to something else than seconds since 1970.
  case wrongSourceDate(String)
}

/// The parts of a file before its payloads whose lengths vary.
public enum HeaderPart: String, Sendable, Hashable {
  case json = "the JSON header"
  case table = "the tensor table"
}

extension SubnetFileFault {
  /// The kind of fault.
  public var kind: FaultKind {
    switch self {
    case .file(let fault): fault.kind
    case .memory(let fault): fault.kind
    case .wrongSourceDate: .usage
    case .noSuchTensor: .usage
    default: .badData
    }
  }

  /// One line.
  public var description: String {
    switch self {
    case .file(let fault): fault.description
    case .memory(let fault): fault.description
    case .notASubnet(let path): "\(path): is not a .lhb file; lhb-extract makes one of a checkpoint or a Hugging Face folder"
    case .changedAsText(let path):
      "\(path): is a .lhb file whose bytes were changed in a transfer as text; copy it again in binary mode"
    case .versionTooNew(let path, let found):
      "\(path): is .lhb version \(found), this program reads versions 1 to \(FileFormat.newestVersion); "
        + "use a newer lighthubert, or extract the subnet again with this one"
    case .noSuchVersion(let path, let found):
      "\(path): is .lhb version \(found), which never existed; the file is damaged"
    case .needlessVersion(let path, let found, let expected):
      "\(path): is .lhb version \(found), but all that it holds is of version \(expected); the file is damaged"
    case .truncated(let path, let found, let expected):
      "\(path): is cut off: \(found) bytes, expected \(expected); copy or extract it again"
    case .trailingBytes(let path, let found, let expected):
      "\(path): has \(found) bytes, expected \(expected); something was appended"
    case .tooLong(let path, let part, let found, let limit):
      "\(path): \(part.rawValue) has \(found) bytes, expected at most \(limit)"
    case .headerDamaged(let path, let found, let expected):
      "\(path): the header is damaged: checksum \(hexadecimal(found)), expected \(hexadecimal(expected))"
    case .malformedJSON(let path, let fault): "\(path): the JSON header is malformed: \(fault)"
    case .wrongMember(let path, let member, let expected): "\(path): the header's \(member) is not \(expected)"
    case .wrongShapeOfModel(let path, let violations):
      "\(path): the header's " + violations.prefix(6).map(\.description).joined(separator: "; ")
    case .wrongSubnet(let path, let fault): "\(path): \(fault)"
    case .tableLength(let path, let entry, let expected, let found):
      "\(path): entry \(entry) of the tensor table needs \(expected) bytes, \(found) are left"
    case .wrongName(let path, let entry): "\(path): the name of tensor \(entry) is empty or not printable ASCII"
    case .duplicateTensor(let path, let tensor): "\(path): tensor \(tensor) occurs twice"
    case .wrongAxes(let path, let tensor):
      "\(path): tensor \(tensor) has not 1 to \(FileFormat.rankLimit) axes of at least one element"
    case .tensorTooLarge(let path, let tensor):
      "\(path): tensor \(tensor) is larger than \(FileFormat.tensorLimit) bytes, the most that is allowed"
    case .reservedBytes(let path, let tensor): "\(path): reserved bytes of tensor \(tensor) are not zero"
    case .unknownElementType(let path, let tensor, let code):
      "\(path): tensor \(tensor) has element type code \(code), expected 1 to \(StoredElementType.allCases.count)"
    case .unsupportedElementType(let path, let tensor, let name, let version):
      "\(path): tensor \(tensor) is stored as \(name), which version \(version) of the format does not have"
    case .wrongElementType(let path, let tensor, let name):
      "\(path): tensor \(tensor) is stored as \(name), "
        + "which only matrices and convolutions of the model's layers may be"
    case .unknownEncoding(let path, let tensor, let code):
      "\(path): tensor \(tensor) has encoding code \(code), expected 0 (raw) or 1 (zstd)"
    case .wrongSize(let path, let tensor, let found, let expected):
      "\(path): tensor \(tensor) has \(found) bytes, expected \(expected)"
    case .wrongOffset(let path, let tensor, let found, let expected):
      "\(path): tensor \(tensor) begins at byte \(found), expected \(expected)"
    case .wrongTensorCount(let path, let found, let expected):
      "\(path): has \(found) tensors, the architecture calls for \(expected)"
    case .wrongTensor(let path, let found, let expected):
      "\(path): has tensor \(found) where the architecture calls for \(expected)"
    case .wrongShape(let path, let tensor, let found, let expected):
      "\(path): tensor \(tensor) has shape \(found), the architecture calls for \(expected)"
    case .padding(let path, let tensor): "\(path): the padding before or after tensor \(tensor) is not zero"
    case .tensorDamaged(let path, let tensor, let found, let expected):
      "\(path): tensor \(tensor) is damaged: checksum \(hexadecimal(found)), expected \(hexadecimal(expected))"
    case .tooCompressed(let path, let tensor, let size, let content, let limit):
      "\(path): tensor \(tensor) would be \(content) bytes out of \(size), expected at most \(limit)"
    case .wrongFrame(let path, let tensor, let problem):
      "\(path): tensor \(tensor) cannot be decoded: \(problem)"
    case .wrongInt8(let path, let tensor, let problem): "\(path): tensor \(tensor) \(problem)"
    case .noSuchTensor(let path, let tensor): "\(path): has no tensor \(tensor)"
    case .outOfRange(let tensor, let type):
      "tensor \(tensor) has a value beyond the range of \(type); store the weights as f32 or auto (--weights)"
    case .cannotCompress(let tensor, let problem): "tensor \(tensor) cannot be compressed: \(problem)"
    case .wrongSourceDate(let text):
      "SOURCE_DATE_EPOCH is \"\(text)\", expected seconds since 1970 between 0 and 253402300799"
    }
  }
}

/// 16 digits, as the checksums are shown everywhere.
func hexadecimal(_ word: UInt64) -> String {
  let digits = String(word, radix: 16)
  return String(repeating: "0", count: 16 - digits.count) + digits
}
