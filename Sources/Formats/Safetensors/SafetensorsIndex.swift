internal import LHJSON
import LHSystem

/// The index of a model that is cut into several files: `model.safetensors.index.json`, or PyTorch's
/// `pytorch_model.bin.index.json`, which has the same form.
public struct SafetensorsIndex: Sendable {
  /// The name of the file that has a tensor, by the tensor's name.
  public let fileOf: [String: String]
  /// The names of the files, in the order of the index.
  public let files: [String]

  /// The longest index that is read.
  private static let sizeLimit = 16 << 20
  /// The most files.
  private static let fileLimit = 4096

  /// Reads an index. Its files lie beside it: a name with a folder is refused.
  public init(path: String) throws(SafetensorsFault) {
    let file = try mappingError(of: InputFile(path: path), to: SafetensorsFault.unreadable)
    guard file.byteCount <= SafetensorsIndex.sizeLimit else {
      throw .badIndex(
        path: path, problem: "has \(file.byteCount) bytes, expected at most \(SafetensorsIndex.sizeLimit)")
    }
    let text = try mappingError(of: file.bytes(0..<file.byteCount), to: SafetensorsFault.unreadable)
    let json = try mappingError(of: JSONValue(parsing: text, depthLimit: 16)) { (fault: JSONFault) in
      SafetensorsFault.badIndex(path: path, problem: "is malformed: \(fault)")
    }
    guard let map = json["weight_map"]?.object, !map.members.isEmpty else {
      throw .badIndex(path: path, problem: "has no weight_map, an object from names of tensors to names of files")
    }
    var fileOf: [String: String] = [:]
    var files: [String] = []
    var known: Set<String> = []
    for member in map.members {
      guard let name = member.value.string, SafetensorsIndex.isPlainName(name) else {
        throw .badIndex(
          path: path,
          problem: "has \(member.value.text().prefix(60)) for a tensor, expected the name of a file beside it")
      }
      fileOf[member.name] = name
      if known.insert(name).inserted { files.append(name) }
    }
    guard files.count <= SafetensorsIndex.fileLimit else {
      throw .badIndex(path: path, problem: "has \(files.count) files, expected at most \(SafetensorsIndex.fileLimit)")
    }
    self.fileOf = fileOf
    self.files = files.sorted()
  }

  private static func isPlainName(_ name: String) -> Bool {
    !name.isEmpty && name != "." && name != ".." && name.utf8.count <= 255
      && !name.utf8.contains { $0 == UInt8(ascii: "/") || $0 == 0 }
  }
}
