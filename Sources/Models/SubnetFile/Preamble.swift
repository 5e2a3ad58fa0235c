import LHSystem

/// The first bytes of a file, which say where everything before the payloads is.
struct Preamble {
  /// Where the JSON text is.
  let json: Range<Int>
  /// Where the table is.
  let table: Range<Int>
  /// Where the header's checksum ends.
  let end: Int
  let tensorCount: Int
  /// The version of the format.
  let version: UInt32

  /// Where things will be in a file that is being written.
  init(version: UInt32, jsonLength: Int, tableLength: Int, tensorCount: Int) {
    json = FileFormat.preambleSize..<FileFormat.preambleSize + jsonLength
    table = json.upperBound..<json.upperBound + tableLength
    end = table.upperBound + FileFormat.checksumSize
    self.tensorCount = tensorCount
    self.version = version
  }

  /// Reads and checks the preamble, the first bytes of a file: `preambleSize`, or all that there are.
  init(_ bytes: [UInt8], fileSize found: Int, path: String) throws(SubnetFileFault) {
    try Preamble.checkMagic(bytes, path: path)
    guard bytes.count >= FileFormat.preambleSize else {
      throw .truncated(path: path, found: bytes.count, expected: FileFormat.preambleSize)
    }
    func number<Number: FixedWidthInteger>(at offset: Int, as type: Number.Type) -> Number {
      bytes.withUnsafeBytes { Number(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: type)) }
    }
    let version = number(at: 8, as: UInt32.self)
    guard version > 0 else { throw .noSuchVersion(path: path, found: version) }
    guard version <= FileFormat.newestVersion else { throw .versionTooNew(path: path, found: version) }
    let jsonLength = Int(number(at: 12, as: UInt32.self))
    guard jsonLength <= FileFormat.jsonLimit else {
      throw .tooLong(path: path, part: .json, found: jsonLength, limit: FileFormat.jsonLimit)
    }
    let tableLength = Int(number(at: 16, as: UInt32.self))
    guard tableLength <= FileFormat.tableLimit else {
      throw .tooLong(path: path, part: .table, found: tableLength, limit: FileFormat.tableLimit)
    }
    self.init(
      version: version, jsonLength: jsonLength, tableLength: tableLength,
      tensorCount: Int(number(at: 20, as: UInt32.self)))
    let fileSize = number(at: 24, as: UInt64.self)
    guard fileSize <= UInt64(found) else {
      throw .truncated(path: path, found: found, expected: Int(clamping: fileSize))
    }
    guard fileSize == UInt64(found) else {
      throw .trailingBytes(path: path, found: found, expected: Int(fileSize))
    }
    guard end <= found else { throw .truncated(path: path, found: found, expected: end) }
  }

  /// Checks the checksum of everything before the payloads, of which `head` is a copy.
  func verify(_ head: UnsafeRawBufferPointer, path: String) throws(SubnetFileFault) {
    let expected = UInt64(littleEndian: head.loadUnaligned(fromByteOffset: table.upperBound, as: UInt64.self))
    let found = XXH64.hash(UnsafeRawBufferPointer(rebasing: head[..<table.upperBound]))
    guard found == expected else { throw .headerDamaged(path: path, found: found, expected: expected) }
  }

  private static func checkMagic(_ bytes: [UInt8], path: String) throws(SubnetFileFault) {
    let beginning = bytes.prefix(FileFormat.magic.count)
    if beginning.elementsEqual(FileFormat.magic) { return }
    guard FileFormat.isRecognized(bytes) else { throw .notASubnet(path: path) }
    guard beginning.count < FileFormat.magic.count, beginning.elementsEqual(FileFormat.magic.prefix(bytes.count)) else {
      throw .changedAsText(path: path)
    }
    throw .truncated(path: path, found: bytes.count, expected: FileFormat.preambleSize)
  }

  /// The preamble's own bytes.
  func bytes(fileSize: Int) -> [UInt8] {
    var bytes = FileFormat.magic
    for number in [version, UInt32(json.count), UInt32(table.count), UInt32(tensorCount)] {
      withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }
    withUnsafeBytes(of: UInt64(fileSize).littleEndian) { bytes.append(contentsOf: $0) }
    return bytes
  }
}
