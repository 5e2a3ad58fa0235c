/// One line of a file's tensor table.
public struct TensorEntry: Sendable, Hashable {
  /// The tensor's name.
  public let name: String
  /// Length of each axis, row-major.
  public let shape: [Int]
  /// Number format of the stored elements.
  public let elementType: StoredElementType
  /// How many input channels of an int8 tensor have scales of their own; 0 for the other types. Which, says
  /// `SubnetReader.outliers(of:)`.
  public let outlierCount: Int
  /// Whether the bytes are the elements or a zstd frame of them.
  public let encoding: TensorEncoding
  /// Where the stored bytes are in the file.
  public let range: Range<Int>
  /// XXH64 of the stored bytes.
  public let checksum: UInt64

  /// The checksum as 16 hexadecimal digits.
  public var checksumText: String { hexadecimal(checksum) }

  /// Bytes of the payload, decompressed.
  public var decodedSize: Int { elementType.payloadSize(shape: shape, outlierCount: outlierCount) }
}

extension TensorEntry {
  /// Bytes of an entry without its axes and its name.
  static let fixedSize = 32

  /// Bytes of an entry in the table.
  static func size(name: String, rank: Int) -> Int { fixedSize + 8 * rank + name.utf8.count }

  /// Appends this entry to a table.
  func write(to table: inout [UInt8]) {
    func append(_ number: some FixedWidthInteger) {
      withUnsafeBytes(of: number.littleEndian) { table.append(contentsOf: $0) }
    }
    append(UInt64(range.lowerBound))
    append(UInt64(range.count))
    append(checksum)
    append(elementType.rawValue)
    append(encoding.rawValue)
    append(UInt8(shape.count))
    append(UInt8(name.utf8.count))
    append(UInt32(outlierCount))
    for length in shape { append(UInt64(length)) }
    table.append(contentsOf: name.utf8)
  }

  /// Reads a whole table. Every rule that needs only the table is checked, and nothing is allocated that the table's
  /// own length does not bound.
  ///
  /// - Parameters:
  ///   - count: The number of entries.
  ///   - start: Where the first payload begins.
  ///   - end: Where the last payload ends, the size of the file.
  ///   - version: The version of the format.
  static func read(
    _ table: UnsafeRawBufferPointer, count: Int, from start: Int, to end: Int, version: UInt32, path: String
  ) throws(SubnetFileFault) -> [TensorEntry] {
    var reader = TableReader(table: table, path: path, version: version, expectedOffset: start, end: end)
    var entries: [TensorEntry] = []
    var names: Set<String> = []
    for index in 0..<count {
      let entry = try reader.entry(index)
      guard names.insert(entry.name).inserted else { throw .duplicateTensor(path: path, tensor: entry.name) }
      entries.append(entry)
    }
    guard reader.position == table.count else {
      throw .tableLength(path: path, entry: count, expected: 0, found: table.count - reader.position)
    }
    guard let last = entries.last else { return [] }
    guard last.range.upperBound == end else {
      throw .trailingBytes(path: path, found: end, expected: last.range.upperBound)
    }
    return entries
  }
}
