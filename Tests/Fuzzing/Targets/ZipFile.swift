/// A zip archive as records that can be changed, and put together again so that it is sound but for the changes.
struct ZipFile {
  struct Record {
    var name: String
    var content: [UInt8]
    var flags: UInt16 = 0
    var method: UInt16 = 0
    /// Added to what the headers must say, in the local header and in the directory.
    var lies: [Field: (local: UInt32, directory: UInt32)] = [:]
  }

  enum Field: CaseIterable { case checksum, storedSize, size, flags, method, nameLength, extraLength, offset }

  var records: [Record] = []
  /// Bytes before the first record, between records and the directory, and behind the end.
  var gaps: [[UInt8]] = [[], [], []]
  /// What the end record says besides the truth.
  var endLie: (count: UInt16, size: UInt32, offset: UInt32) = (0, 0, 0)

  init() {}

  /// The records that a directory leads to; nil when there is none.
  init?(_ bytes: [UInt8]) {
    func number(_ offset: Int, _ size: Int) -> Int? {
      guard offset >= 0, offset + size <= bytes.count else { return nil }
      return bytes[offset..<offset + size].reversed().reduce(0) { $0 << 8 | Int($1) }
    }
    guard bytes.starts(with: Array("PK".utf8)),
      let end = stride(from: bytes.count - 22, through: 0, by: -1).first(where: { number($0, 4) == 0x0605_4b50 }),
      var position = number(end + 16, 4), let count = number(end + 10, 2), count < 1000
    else { return nil }
    for _ in 0..<count {
      guard number(position, 4) == 0x0201_4b50, let nameLength = number(position + 28, 2),
        let extraLength = number(position + 30, 2), let commentLength = number(position + 32, 2),
        let size = number(position + 20, 4), let header = number(position + 42, 4),
        position + 46 + nameLength <= bytes.count, let localName = number(header + 26, 2),
        let localExtra = number(header + 28, 2)
      else { break }
      let start = header + 30 + localName + localExtra
      guard start <= bytes.count, size <= bytes.count - start else { break }
      records.append(
        Record(
          name: String(decoding: bytes[position + 46..<position + 46 + nameLength], as: UTF8.self),
          content: Array(bytes[start..<start + size])))
      position += 46 + nameLength + extraLength + commentLength
    }
    guard !records.isEmpty else { return nil }
  }

  /// One change: mostly of the pickle, which is what matters most, and of the archive itself.
  mutating func mutate(_ mutator: inout Mutator) {
    guard !records.isEmpty else { return }
    let index = mutator.random(records.count)
    switch mutator.random(10) {
    case 0...4:
      guard let pickle = records.firstIndex(where: { $0.name.hasSuffix("data.pkl") }) else { break }
      var program = PickleProgram(records[pickle].content[...])
      program.mutate(&mutator)
      records[pickle].content = program.bytes
    case 5: records[index].content = mutator.mutated(records[index].content)
    case 6: records[index].name = String(decoding: mutator.mutated(Array(records[index].name.utf8)), as: UTF8.self)
    case 7:
      let field = mutator.choose(Field.allCases)
      let lie = UInt32(truncatingIfNeeded: mutator.number(near: 0))
      let lies: [(local: UInt32, directory: UInt32)] = [(lie, 0), (0, lie), (lie, lie)]
      records[index].lies[field] = mutator.choose(lies)
    case 8:
      switch mutator.random(4) {
      case 0: records.insert(records[index], at: mutator.random(records.count + 1))
      case 1: records.remove(at: index)
      case 2: records.swapAt(index, mutator.random(records.count))
      default: records[index].flags ^= 1 << UInt16(mutator.random(16))
      }
    default:
      switch mutator.random(3) {
      case 0:
        let gap = mutator.random(3)
        gaps[gap] = mutator.mutated(gaps[gap])
      case 1: endLie.offset = UInt32(truncatingIfNeeded: mutator.number(near: 0))
      default: endLie.count = UInt16(truncatingIfNeeded: mutator.number(near: 0))
      }
    }
  }

  /// The archive.
  var bytes: [UInt8] {
    var bytes = gaps[0]
    var directory: [UInt8] = []
    for record in records {
      let header = bytes.count
      bytes += littleEndian(UInt32(0x0403_4b50)) + ZipFile.fields(record, isLocal: true)
      let padding = -(bytes.count + record.name.utf8.count + 4) & 63
      // PyTorch aligns its storages with an extra field "FB".
      let extraLength = UInt16(truncatingIfNeeded: UInt32(padding + 4) &+ record.lie(.extraLength).local)
      bytes.replaceSubrange(bytes.count - 2..<bytes.count, with: littleEndian(extraLength))
      bytes += Array(record.name.utf8) + Array("FB".utf8) + littleEndian(UInt16(padding))
      bytes += [UInt8](repeating: 0x5a, count: padding) + record.content
      directory += littleEndian(UInt32(0x0201_4b50)) + [0, 0] + ZipFile.fields(record, isLocal: false)
      directory += [UInt8](repeating: 0, count: 10)
      directory += littleEndian(UInt32(truncatingIfNeeded: header) &+ record.lie(.offset).directory)
      directory += Array(record.name.utf8)
    }
    bytes += gaps[1]
    let start = bytes.count
    bytes += directory + littleEndian(UInt32(0x0605_4b50)) + littleEndian(UInt32(0))
    let count = UInt16(truncatingIfNeeded: records.count) &+ endLie.count
    bytes += littleEndian(count) + littleEndian(count)
    bytes += littleEndian(UInt32(directory.count) &+ endLie.size) + littleEndian(UInt32(start) &+ endLie.offset)
    return bytes + littleEndian(UInt16(truncatingIfNeeded: gaps[2].count)) + gaps[2]
  }

  /// From the version to the length of the extra field, as both headers have them.
  private static func fields(_ record: Record, isLocal: Bool) -> [UInt8] {
    func wide(_ value: Int, _ field: Field) -> [UInt8] {
      let lie = record.lie(field)
      return littleEndian(UInt32(truncatingIfNeeded: value) &+ (isLocal ? lie.local : lie.directory))
    }
    func narrow(_ value: Int, _ field: Field) -> [UInt8] { Array(wide(value, field)[..<2]) }
    return [0, 0] + narrow(Int(record.flags), .flags) + narrow(Int(record.method), .method) + [0, 0, 0, 0]
      + wide(Int(crc32(record.content)), .checksum) + wide(record.content.count, .storedSize)
      + wide(record.content.count, .size) + narrow(record.name.utf8.count, .nameLength) + [0, 0]
  }
}

extension ZipFile.Record {
  fileprivate func lie(_ field: ZipFile.Field) -> (local: UInt32, directory: UInt32) { lies[field] ?? (0, 0) }
}

func littleEndian(_ number: some FixedWidthInteger) -> [UInt8] {
  withUnsafeBytes(of: number.littleEndian) { Array($0) }
}

/// CRC-32 as zip has it.
private func crc32(_ bytes: [UInt8]) -> UInt32 {
  ~bytes.reduce(~0) { crc, byte in table[Int((crc ^ UInt32(byte)) & 0xff)] ^ crc >> 8 }
}

private let table: [UInt32] = (0..<256).map { index in
  (0..<8).reduce(UInt32(index)) { crc, _ in crc & 1 == 1 ? crc >> 1 ^ 0xedb8_8320 : crc >> 1 }
}
