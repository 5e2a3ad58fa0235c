import Files

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

  /// Reads and checks the preamble, and the checksum of the header with it.
  init(_ bytes: UnsafeRawBufferPointer, path: String) throws(SubnetFileFault) {
    try Preamble.checkMagic(bytes, path: path)
    guard bytes.count >= FileFormat.preambleSize else {
      throw .truncated(path: path, found: bytes.count, expected: FileFormat.preambleSize)
    }
    func number(at offset: Int) -> Int {
      Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
    }
    let version = UInt32(number(at: 8))
    guard version > 0 else { throw .noSuchVersion(path: path, found: version) }
    guard version <= FileFormat.newestVersion else { throw .versionTooNew(path: path, found: version) }
    let jsonLength = number(at: 12)
    guard jsonLength <= FileFormat.jsonLimit else {
      throw .tooLong(path: path, part: .json, found: jsonLength, limit: FileFormat.jsonLimit)
    }
    let tableLength = number(at: 16)
    guard tableLength <= FileFormat.tableLimit else {
      throw .tooLong(path: path, part: .table, found: tableLength, limit: FileFormat.tableLimit)
    }
    self.init(version: version, jsonLength: jsonLength, tableLength: tableLength, tensorCount: number(at: 20))
    let fileSize = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 24, as: UInt64.self))
    guard fileSize <= UInt64(bytes.count) else {
      throw .truncated(path: path, found: bytes.count, expected: Int(clamping: fileSize))
    }
    guard fileSize == UInt64(bytes.count) else {
      throw .trailingBytes(path: path, found: bytes.count, expected: Int(fileSize))
    }
    guard end <= bytes.count else { throw .truncated(path: path, found: bytes.count, expected: end) }
    let expected = UInt64(
      littleEndian: bytes.loadUnaligned(fromByteOffset: table.upperBound, as: UInt64.self))
    let found = XXH64.hash(UnsafeRawBufferPointer(rebasing: bytes[..<table.upperBound]))
    guard found == expected else { throw .headerDamaged(path: path, found: found, expected: expected) }
  }

  private static func checkMagic(_ bytes: UnsafeRawBufferPointer, path: String) throws(SubnetFileFault) {
    let beginning = bytes.prefix(FileFormat.magic.count)
    if beginning.elementsEqual(FileFormat.magic) { return }
    guard SubnetReader.recognizes(bytes) else { throw .notASubnet(path: path) }
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
