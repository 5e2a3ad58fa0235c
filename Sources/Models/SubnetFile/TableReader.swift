import LHTensors

/// Reads the entries of a tensor table one after the other.
struct TableReader {
  let table: UnsafeRawBufferPointer
  let path: String
  let version: UInt32
  private(set) var position = 0
  /// Where the next payload must begin.
  private var expectedOffset: Int
  private let end: Int

  init(table: UnsafeRawBufferPointer, path: String, version: UInt32, expectedOffset: Int, end: Int) {
    self.table = table
    self.path = path
    self.version = version
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

  /// Reads the next entry, of that index.
  mutating func entry(_ index: Int) throws(SubnetFileFault) -> TensorEntry {
    try need(TensorEntry.fixedSize, entry: index)
    let rank = Int(number(at: 26, as: UInt8.self))
    let nameLength = Int(number(at: 27, as: UInt8.self))
    let size = TensorEntry.fixedSize + 8 * rank + nameLength
    try need(size, entry: index)
    let nameBytes = table[position + size - nameLength..<position + size]
    // Printable ASCII without spaces, so that a name can stand in a line of text as it is.
    guard nameLength > 0, nameBytes.allSatisfy({ (0x21...0x7e).contains($0) }) else {
      throw .wrongName(path: path, entry: index)
    }
    let name = String(decoding: nameBytes, as: UTF8.self)
    let elementType = try elementType(of: name)
    let encodingCode = number(at: 25, as: UInt8.self)
    guard let encoding = TensorEncoding(rawValue: encodingCode) else {
      throw .unknownEncoding(path: path, tensor: name, code: encodingCode)
    }
    let shape = try shape(rank: rank, elementType, of: name)
    let outlierCount = try outlierCount(elementType, shape, of: name)
    let decodedSize = elementType.payloadSize(shape: shape, outlierCount: outlierCount)
    guard decodedSize <= FileFormat.tensorLimit else { throw .tensorTooLarge(path: path, tensor: name) }
    let range = try range(encoding, decodedSize: decodedSize, of: name)
    let checksum = number(at: 16, as: UInt64.self)
    position += size
    expectedOffset = FileFormat.aligned(range.upperBound)
    return TensorEntry(
      name: name, shape: shape, elementType: elementType, outlierCount: outlierCount, encoding: encoding, range: range,
      checksum: checksum)
  }

  private func elementType(of tensor: String) throws(SubnetFileFault) -> StoredElementType {
    let code = number(at: 24, as: UInt8.self)
    guard let type = StoredElementType(rawValue: code) else {
      throw .unknownElementType(path: path, tensor: tensor, code: code)
    }
    guard type.firstVersion <= version else {
      throw .unsupportedElementType(path: path, tensor: tensor, name: type.name, version: version)
    }
    return type
  }

  private func shape(
    rank: Int, _ elementType: StoredElementType, of tensor: String
  ) throws(SubnetFileFault) -> [Int] {
    guard (1...FileFormat.rankLimit).contains(rank) else { throw .wrongAxes(path: path, tensor: tensor) }
    guard elementType != .int8 || (2...3).contains(rank) else {
      throw .wrongElementType(path: path, tensor: tensor, name: elementType.name)
    }
    var shape: [Int] = []
    var size = elementType.decoded.byteCount
    for axis in 0..<rank {
      let length = number(at: TensorEntry.fixedSize + 8 * axis, as: UInt64.self)
      guard length > 0 else { throw .wrongAxes(path: path, tensor: tensor) }
      guard let whole = Int(exactly: length), whole <= FileFormat.tensorLimit / size else {
        throw .tensorTooLarge(path: path, tensor: tensor)
      }
      size *= whole
      shape.append(whole)
    }
    return shape
  }

  private func outlierCount(
    _ elementType: StoredElementType, _ shape: [Int], of tensor: String
  ) throws(SubnetFileFault) -> Int {
    let count = Int(number(at: 28, as: UInt32.self))
    guard elementType == .int8 else {
      guard count == 0 else { throw .reservedBytes(path: path, tensor: tensor) }
      return 0
    }
    guard count < shape[1] else {
      throw .wrongInt8(path: path, tensor: tensor, .outlierCount(found: count, channels: shape[1]))
    }
    return count
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
      let limit = FileFormat.contentLimit(ofFrame: Int(size))
      guard decodedSize <= limit else {
        throw .tooCompressed(path: path, tensor: tensor, size: Int(size), content: decodedSize, limit: limit)
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
