public import Tensors

/// One line of a file's tensor table.
public struct TensorEntry: Sendable, Hashable {
  /// The tensor's name.
  public let name: String
  /// Length of each axis, row-major.
  public let shape: [Int]
  /// Number format of the stored elements.
  public let elementType: ElementType
  /// Whether the bytes are the elements or a zstd frame of them.
  public let encoding: TensorEncoding
  /// Where the stored bytes are in the file.
  public let range: Range<Int>
  /// XXH64 of the stored bytes.
  public let checksum: UInt64

  /// The checksum as 16 hexadecimal digits.
  public var checksumText: String { hexadecimal(checksum) }

  /// Bytes of the elements, decoded.
  public var decodedSize: Int { shape.reduce(elementType.byteCount, *) }
}

extension TensorEntry {
  /// Bytes of an entry without its axes and its name.
  private static let fixedSize = 32

  /// Bytes of an entry in the table.
  static func size(name: String, rank: Int) -> Int { fixedSize + 8 * rank + name.utf8.count }

  /// Appends this entry to a table.
  func write(to table: inout [UInt8]) {
    func append(_ number: some FixedWidthInteger) {
      withUnsafeBytes(of: number.littleEndian) { table.append(contentsOf: $0) }
    }
    let code: ElementCode = elementType == .float16 ? .float16 : .float32
    append(UInt64(range.lowerBound))
    append(UInt64(range.count))
    append(checksum)
    append(code.rawValue)
    append(encoding.rawValue)
    append(UInt8(shape.count))
    append(UInt8(name.utf8.count))
    append(UInt32(0))
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
  static func read(
    _ table: UnsafeRawBufferPointer, count: Int, from start: Int, to end: Int, path: String
  ) throws(SubnetFileFault) -> [TensorEntry] {
    var reader = TableReader(table: table, path: path, expectedOffset: start, end: end)
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

  private struct TableReader {
    let table: UnsafeRawBufferPointer
    let path: String
    var position = 0
    /// Where the next payload must begin.
    var expectedOffset: Int
    let end: Int

    init(table: UnsafeRawBufferPointer, path: String, expectedOffset: Int, end: Int) {
      self.table = table
      self.path = path
      self.expectedOffset = expectedOffset
      self.end = end
    }

    private func need(_ count: Int, entry: Int) throws(SubnetFileFault) {
      guard count <= table.count - position else {
        throw .tableLength(path: path, entry: entry, expected: count, found: table.count - position)
      }
    }

    private func number<Number: FixedWidthInteger>(at offset: Int, as type: Number.Type) -> Number {
      Number(littleEndian: table.loadUnaligned(fromByteOffset: position + offset, as: type))
    }

    mutating func entry(_ index: Int) throws(SubnetFileFault) -> TensorEntry {
      try need(fixedSize, entry: index)
      let rank = Int(number(at: 26, as: UInt8.self))
      let nameLength = Int(number(at: 27, as: UInt8.self))
      let size = fixedSize + 8 * rank + nameLength
      try need(size, entry: index)
      let nameBytes = table[position + size - nameLength..<position + size]
      // Printable ASCII without spaces, so that a name can stand in a line of text as it is.
      guard nameLength > 0, nameBytes.allSatisfy({ (0x21...0x7e).contains($0) }) else {
        throw .wrongName(path: path, entry: index)
      }
      let name = String(decoding: nameBytes, as: UTF8.self)
      guard number(at: 28, as: UInt32.self) == 0 else { throw .reservedBytes(path: path, tensor: name) }
      let elementType = try elementType(of: name)
      let encodingCode = number(at: 25, as: UInt8.self)
      guard let encoding = TensorEncoding(rawValue: encodingCode) else {
        throw .unknownEncoding(path: path, tensor: name, code: encodingCode)
      }
      let (shape, decodedSize) = try shape(rank: rank, elementType, of: name)
      let range = try range(encoding, decodedSize: decodedSize, of: name)
      let checksum = number(at: 16, as: UInt64.self)
      position += size
      expectedOffset = FileFormat.aligned(range.upperBound)
      return TensorEntry(
        name: name, shape: shape, elementType: elementType, encoding: encoding, range: range, checksum: checksum)
    }

    private func elementType(of tensor: String) throws(SubnetFileFault) -> ElementType {
      let code = number(at: 24, as: UInt8.self)
      switch ElementCode(rawValue: code) {
      case .float32: return .float32
      case .float16: return .float16
      case .bfloat16: throw .unsupportedElementType(path: path, tensor: tensor, name: "bfloat16")
      case .int8: throw .unsupportedElementType(path: path, tensor: tensor, name: "int8 with scales")
      case nil: throw .unknownElementType(path: path, tensor: tensor, code: code)
      }
    }

    private func shape(
      rank: Int, _ elementType: ElementType, of tensor: String
    ) throws(SubnetFileFault) -> (shape: [Int], decodedSize: Int) {
      guard (1...FileFormat.rankLimit).contains(rank) else { throw .wrongAxes(path: path, tensor: tensor) }
      var shape: [Int] = []
      var size = elementType.byteCount
      for axis in 0..<rank {
        let length = number(at: fixedSize + 8 * axis, as: UInt64.self)
        guard length > 0 else { throw .wrongAxes(path: path, tensor: tensor) }
        guard let whole = Int(exactly: length), whole <= FileFormat.tensorLimit / size else {
          throw .tensorTooLarge(path: path, tensor: tensor)
        }
        size *= whole
        shape.append(whole)
      }
      return (shape, size)
    }

    private func range(
      _ encoding: TensorEncoding, decodedSize: Int, of tensor: String
    ) throws(SubnetFileFault) -> Range<Int> {
      let offset = number(at: 0, as: UInt64.self)
      let size = number(at: 8, as: UInt64.self)
      switch encoding {
      case .raw:
        guard size == UInt64(decodedSize) else {
          throw .wrongSize(path: path, tensor: tensor, found: size, expected: "\(decodedSize)")
        }
      case .zstd:
        guard size > 0, size < UInt64(decodedSize) else {
          throw .wrongSize(path: path, tensor: tensor, found: size, expected: "fewer than \(decodedSize)")
        }
      }
      guard offset == UInt64(expectedOffset) else {
        throw .wrongOffset(path: path, tensor: tensor, found: offset, expected: expectedOffset)
      }
      // Neither can overflow: the offset is within a page of the file's end at most, the size below a gigabyte.
      let upperBound = expectedOffset + Int(size)
      guard upperBound <= end else { throw .truncated(path: path, found: end, expected: upperBound) }
      return expectedOffset..<upperBound
    }
  }
}
