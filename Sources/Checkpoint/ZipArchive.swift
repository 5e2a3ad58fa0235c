/// A zip archive's directory: where each record lies in the file. Understands zip64; reads no record.
struct ZipArchive {
  let path: String
  let bytes: UnsafeRawBufferPointer
  /// Names of the records, in the order of the directory.
  private(set) var names: [String] = []
  private var entries: [String: Entry] = [:]
  private var directory = 0..<0

  private struct Entry {
    let flags: UInt16
    let method: UInt16
    let size: Int
    let storedSize: Int
    let header: Int
  }

  private enum Signature {
    static let localHeader: UInt32 = 0x0403_4b50
    static let directoryEntry: UInt32 = 0x0201_4b50
    static let end: UInt32 = 0x0605_4b50
    static let end64: UInt32 = 0x0606_4b50
    static let end64Locator: UInt32 = 0x0706_4b50
  }

  private static let endSize = 22
  private static let locatorSize = 20
  private static let end64Size = 56

  init(path: String, bytes: UnsafeRawBufferPointer) throws(CheckpointFault) {
    self.path = path
    self.bytes = bytes
    let end = try endRecord()
    var count = Int(end.count)
    var offset = Int(end.offset)
    var size = Int(end.size)
    var limit = end.position
    if let end64 = try end64Record(before: end.position) {
      guard end.count == 0xffff || Int(end.count) == end64.count, end.size == .max || Int(end.size) == end64.size,
        end.offset == .max || Int(end.offset) == end64.offset
      else { throw damaged("its two end records contradict each other") }
      (count, offset, size, limit) = (end64.count, end64.offset, end64.size, end64.position)
    }
    guard offset <= limit, size <= limit - offset else {
      throw damaged("the zip directory (\(size) bytes at byte \(offset)) does not lie before its end record")
    }
    directory = offset..<offset + size
    try readDirectory(count: count)
  }

  /// Where the record of that name lies in the file; nil when there is none.
  ///
  /// The record must be stored as it is, and its local header must agree with the directory.
  func range(of name: String) throws(CheckpointFault) -> Range<Int>? {
    guard let entry = entries[name] else { return nil }
    guard entry.flags & 1 == 0 else {
      throw unsupported("an encrypted record \(name)", remedy: "save the checkpoint again with torch.save")
    }
    guard entry.method == 0 else {
      throw unsupported(
        "a compressed record \(name)", remedy: "unpack it and pack it again without compression (`zip -0 -r`)")
    }
    guard entry.size == entry.storedSize else {
      throw damaged("the record \(name) has two sizes, \(entry.size) and \(entry.storedSize)")
    }
    var reader = ByteReader(bytes, in: min(entry.header, directory.lowerBound)..<directory.lowerBound)
    guard reader.integer(UInt32.self) == Signature.localHeader, reader.take(2) != nil,
      let flags = reader.integer(UInt16.self), let method = reader.integer(UInt16.self), reader.take(8) != nil,
      let storedSize = reader.integer(UInt32.self), let size = reader.integer(UInt32.self),
      let nameLength = reader.integer(UInt16.self), let extraLength = reader.integer(UInt16.self),
      let localName = reader.text(Int(nameLength)), reader.take(Int(extraLength)) != nil
    else { throw damaged("there is no record at byte \(entry.header), where the zip directory has \(name)") }
    // With flag 3 the sizes stand behind the data, and with zip64 in an extra field: the directory is what counts.
    func agrees(_ field: UInt32, _ size: Int) -> Bool {
      Int(field) == size || field == .max || (field == 0 && flags & 8 != 0)
    }
    guard localName == name, method == entry.method, flags & 1 == 0, agrees(storedSize, entry.storedSize),
      agrees(size, entry.size)
    else { throw damaged("the record at byte \(entry.header) and the zip directory disagree about \(name)") }
    guard let range = reader.take(entry.size) else {
      throw damaged(
        "the record \(name) (\(entry.size) bytes at byte \(reader.position)) reaches into the zip directory")
    }
    return range
  }

  private func damaged(_ problem: String) -> CheckpointFault { .badContainer(path: path, problem: problem) }

  private func unsupported(_ what: String, remedy: String) -> CheckpointFault {
    .unsupportedContainer(path: path, found: "a zip archive with \(what)", remedy: remedy)
  }

  // MARK: The end of the file

  /// The last record that can be an end record: its comment reaches to the end of the file.
  private func endRecord() throws(CheckpointFault) -> (position: Int, count: UInt16, size: UInt32, offset: UInt32) {
    let last = bytes.count - ZipArchive.endSize
    var position = last
    while position >= max(0, last - 0xffff) {
      var reader = ByteReader(bytes, in: position..<bytes.count)
      if reader.integer(UInt32.self) == Signature.end, let disk = reader.integer(UInt32.self),
        let countHere = reader.integer(UInt16.self), let count = reader.integer(UInt16.self),
        let size = reader.integer(UInt32.self), let offset = reader.integer(UInt32.self),
        let comment = reader.integer(UInt16.self), Int(comment) == reader.remaining
      {
        guard disk == 0 || disk == .max, countHere == count else {
          throw unsupported("parts in several files", remedy: "join the parts first")
        }
        return (position, count, size, offset)
      }
      position -= 1
    }
    throw .truncated(
      path: path, part: "the zip archive, whose directory stands at the end", position: 0, expected: nil,
      available: bytes.count)
  }

  /// The zip64 end record, when a locator stands before the end record.
  private func end64Record(
    before end: Int
  ) throws(CheckpointFault) -> (position: Int, count: Int, size: Int, offset: Int)? {
    guard end >= ZipArchive.locatorSize else { return nil }
    var locator = ByteReader(bytes, in: end - ZipArchive.locatorSize..<end)
    guard locator.integer(UInt32.self) == Signature.end64Locator, locator.take(4) != nil,
      let position = locator.integer(UInt64.self)
    else { return nil }
    guard position <= Int64.max, Int(position) <= end - ZipArchive.locatorSize - ZipArchive.end64Size else {
      throw damaged("its zip64 end record lies outside the file")
    }
    var reader = ByteReader(bytes, in: Int(position)..<end)
    guard reader.integer(UInt32.self) == Signature.end64, reader.take(12) != nil,
      let disks = reader.integer(UInt64.self), let countHere = reader.integer(UInt64.self),
      let count = reader.integer(UInt64.self), let size = reader.integer(UInt64.self),
      let offset = reader.integer(UInt64.self), disks == 0, countHere == count,
      let count = Int(exactly: count), let size = Int(exactly: size), let offset = Int(exactly: offset)
    else { throw damaged("its zip64 end record is not one") }
    return (Int(position), count, size, offset)
  }

  // MARK: The directory

  private mutating func readDirectory(count: Int) throws(CheckpointFault) {
    var reader = ByteReader(bytes, in: directory)
    while reader.remaining > 0 {
      let position = reader.position
      guard let (name, entry) = ZipArchive.directoryEntry(&reader) else {
        throw damaged("the zip directory has a bad entry at byte \(position)")
      }
      guard entries.updateValue(entry, forKey: name) == nil else {
        throw damaged("the zip directory has the record \(name) twice")
      }
      names.append(name)
    }
    guard names.count == count else {
      throw damaged("the zip directory has \(names.count) records, its end record says \(count)")
    }
  }

  private static func directoryEntry(_ reader: inout ByteReader) -> (String, Entry)? {
    guard reader.integer(UInt32.self) == Signature.directoryEntry, reader.take(4) != nil,
      let flags = reader.integer(UInt16.self), let method = reader.integer(UInt16.self), reader.take(8) != nil,
      let storedSize = reader.integer(UInt32.self), let size = reader.integer(UInt32.self),
      let nameLength = reader.integer(UInt16.self), let extraLength = reader.integer(UInt16.self),
      let commentLength = reader.integer(UInt16.self), reader.take(8) != nil,
      let header = reader.integer(UInt32.self), let name = reader.text(Int(nameLength)),
      let extra = reader.take(Int(extraLength)), reader.take(Int(commentLength)) != nil
    else { return nil }
    var large = ByteReader(reader[extra], in: 0..<extra.count).zip64Field()
    func wide(_ field: UInt32) -> Int? {
      field == .max ? large?.integer(UInt64.self).flatMap { Int(exactly: $0) } : Int(field)
    }
    guard let size = wide(size), let storedSize = wide(storedSize), let header = wide(header) else { return nil }
    return (name, Entry(flags: flags, method: method, size: size, storedSize: storedSize, header: header))
  }
}

extension ByteReader {
  /// The content of the zip64 field among the extra fields of a directory entry.
  fileprivate func zip64Field() -> ByteReader? {
    var fields = self
    while let identifier = fields.integer(UInt16.self), let length = fields.integer(UInt16.self),
      let content = fields.take(Int(length))
    {
      if identifier == 1 { return ByteReader(fields[content], in: 0..<content.count) }
    }
    return nil
  }
}
