internal import LHJSON
internal import LHSystem
internal import LHTensors

/// Where a tensor lies in a file, and what it is.
struct SafetensorsEntry: Sendable {
  let type: SafetensorsType
  let shape: [Int]
  /// In bytes of the file.
  let range: Range<Int>
}

/// The header of a file: eight bytes of its length, and JSON text, which may end with spaces.
struct SafetensorsHeader {
  private(set) var names: [String] = []
  private(set) var entries: [String: SafetensorsEntry] = [:]
  private(set) var metadata: [String: String] = [:]

  /// Bytes of the length.
  static let prefixSize = 8
  /// The longest header that is read. The format's own limit is 100 MB; this is room for a hundred thousand tensors.
  static let lengthLimit = 16 << 20
  /// The most axes of a tensor.
  static let rankLimit = 8

  init(_ file: InputFile) throws(SafetensorsFault) {
    let path = file.path
    guard file.byteCount >= SafetensorsHeader.prefixSize else {
      throw .truncated(path: path, expected: SafetensorsHeader.prefixSize, found: file.byteCount)
    }
    let prefix = try mappingError(
      of: file.bytes(0..<SafetensorsHeader.prefixSize), to: SafetensorsFault.unreadable)
    let length = prefix.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= SafetensorsHeader.lengthLimit else {
      throw .headerTooLong(path: path, found: length, limit: SafetensorsHeader.lengthLimit)
    }
    let start = SafetensorsHeader.prefixSize + Int(length)
    guard start <= file.byteCount else { throw .truncated(path: path, expected: start, found: file.byteCount) }
    let text = try mappingError(
      of: file.bytes(SafetensorsHeader.prefixSize..<start), to: SafetensorsFault.unreadable)
    guard text.first == UInt8(ascii: "{") else { throw .notSafetensors(path: path) }
    let json = try mappingError(of: JSONValue(parsing: text, depthLimit: 8)) { (fault: JSONFault) in
      SafetensorsFault.malformedHeader(path: path, fault)
    }
    for member in json.object?.members ?? [] {
      if member.name == "__metadata__" {
        metadata = try SafetensorsHeader.metadata(member.value, path: path)
        continue
      }
      let entry = try SafetensorsEntry(member.value, name: member.name, dataStart: start, path: path)
      names.append(member.name)
      entries[member.name] = entry
    }
    try checkPlaces(from: start, to: file.byteCount, path: path)
  }

  private static func metadata(_ value: JSONValue, path: String) throws(SafetensorsFault) -> [String: String] {
    var metadata: [String: String] = [:]
    guard let object = value.object else { throw .badMetadata(path: path) }
    for member in object.members {
      guard let text = member.value.string else { throw .badMetadata(path: path) }
      metadata[member.name] = text
    }
    return metadata
  }

  /// The tensors follow each other from the end of the header to that of the file.
  private func checkPlaces(from start: Int, to end: Int, path: String) throws(SafetensorsFault) {
    let ordered = names.compactMap { name in entries[name].map { (name, $0.range) } }
      .sorted { ($0.1.lowerBound, $0.1.upperBound) < ($1.1.lowerBound, $1.1.upperBound) }
    var position = start
    for (name, range) in ordered {
      guard range.lowerBound == position else {
        throw .wrongPlace(path: path, tensor: name, found: range.lowerBound - start, expected: position - start)
      }
      position = range.upperBound
    }
    guard position <= end else { throw .truncated(path: path, expected: position, found: end) }
    guard position == end else { throw .trailingBytes(path: path, found: end, expected: position) }
  }
}

extension SafetensorsEntry {
  /// An entry of the header.
  ///
  /// - Parameter dataStart: Where the tensors begin, in bytes of the file.
  init(_ json: JSONValue, name: String, dataStart: Int, path: String) throws(SafetensorsFault) {
    func bad(_ problem: String) -> SafetensorsFault { .badTensor(path: path, tensor: name, problem: problem) }
    guard let object = json.object else { throw bad("is no object") }
    for member in object.members where !["dtype", "shape", "data_offsets"].contains(member.name) {
      throw bad("has a member that is not known, \(JSONValue.string(String(member.name.prefix(40))).text())")
    }
    guard let typeName = object["dtype"]?.string else { throw bad("has no dtype") }
    guard let type = SafetensorsType(rawValue: typeName) else {
      throw bad("has the dtype \(JSONValue.string(String(typeName.prefix(20))).text()), which is not known")
    }
    let axes = object["shape"]?.array ?? []
    let shape = axes.compactMap { axis in axis.integer.flatMap { $0 >= 0 ? $0 : nil } }
    guard object["shape"]?.array != nil, shape.count == axes.count, shape.count <= SafetensorsHeader.rankLimit else {
      throw bad("has no shape of at most \(SafetensorsHeader.rankLimit) axes")
    }
    let offsets = object["data_offsets"]?.array?.compactMap(\.integer) ?? []
    guard offsets.count == 2, object["data_offsets"]?.array?.count == 2, offsets[0] >= 0, offsets[1] >= offsets[0],
      offsets[1] <= Int.max - dataStart
    else { throw bad("has no data_offsets, two rising numbers") }
    guard let byteCount = type.byteCount(shape) else { throw bad("has a shape that is beyond any file, \(shape)") }
    guard byteCount == offsets[1] - offsets[0] else {
      throw bad("has \(offsets[1] - offsets[0]) bytes, expected \(byteCount) for \(typeName) of shape \(shape)")
    }
    self.type = type
    self.shape = shape
    range = dataStart + offsets[0]..<dataStart + offsets[1]
  }
}
