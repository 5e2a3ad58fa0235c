internal import LHSystem

/// What stands at the end of a zip archive: where its directory is, and how many records that has.
struct ZipEnd {
  /// Where the directory lies in the file.
  let directory: Range<Int>
  let count: Int

  private static let signature: UInt32 = 0x0605_4b50
  private static let signature64: UInt32 = 0x0606_4b50
  private static let locatorSignature: UInt32 = 0x0706_4b50
  private static let size = 22
  private static let locatorSize = 20
  private static let size64 = 56
  private static let commentLimit = 0xffff

  init(_ file: InputFile) throws(CheckpointFault) {
    let end = file.byteCount - ZipEnd.size
    let start = max(0, end - ZipEnd.locatorSize - ZipEnd.size64 - ZipEnd.commentLimit)
    let tail = try file.contents(start..<file.byteCount)
    let damaged = { CheckpointFault.badContainer(path: file.path, problem: $0) }
    guard let fields = try ZipEnd.fields(tail, file) else {
      throw .truncated(
        path: file.path, part: "the zip archive, whose directory stands at the end", position: 0, expected: nil,
        available: file.byteCount)
    }
    var count = Int(fields.count)
    var offset = Int(fields.offset)
    var size = Int(fields.size)
    var limit = end
    if let large = try ZipEnd.fields64(tail, end: end, tailStart: start, damaged) {
      guard fields.count == 0xffff || count == large.count, fields.size == .max || size == large.size,
        fields.offset == .max || offset == large.offset
      else { throw damaged("its two end records contradict each other") }
      (count, offset, size) = (large.count, large.offset, large.size)
      limit = end - ZipEnd.locatorSize - ZipEnd.size64
    }
    guard offset <= limit, size == limit - offset else {
      throw damaged("the zip directory (\(size) bytes at byte \(offset)) does not end where its end record begins")
    }
    guard size <= CheckpointLimits.directoryBytes, count <= CheckpointLimits.records else {
      throw damaged(
        "its zip directory has \(count) records in \(size) bytes, more than the \(CheckpointLimits.records) in"
          + " \(CheckpointLimits.directoryBytes) that are read")
    }
    directory = offset..<limit
    self.count = count
  }

  /// The end record's fields. It must be the last thing in the file, without a comment; nil when there is none.
  private static func fields(
    _ tail: [UInt8], _ file: InputFile
  ) throws(CheckpointFault) -> (count: UInt16, size: UInt32, offset: UInt32)? {
    for position in stride(from: tail.count - size, through: 0, by: -1) {
      guard tail[position] == UInt8(ascii: "P") else { continue }
      var reader = ByteReader(tail, in: position..<tail.count)
      guard reader.integer(UInt32.self) == signature, let disks = reader.integer(UInt32.self),
        let countHere = reader.integer(UInt16.self), let count = reader.integer(UInt16.self),
        let size = reader.integer(UInt32.self), let offset = reader.integer(UInt32.self),
        let comment = reader.integer(UInt16.self)
      else { continue }
      guard reader.remaining == 0, comment == 0 else {
        throw .badContainer(
          path: file.path,
          problem:
            "\(max(reader.remaining, Int(comment))) bytes stand behind its zip directory, which no checkpoint has")
      }
      guard disks == 0, countHere == count else {
        throw .unsupportedContainer(
          path: file.path, found: "a zip archive with parts in several files", remedy: "join the parts first")
      }
      return (count, size, offset)
    }
    return nil
  }

  /// The fields of the zip64 end record, when its locator stands before the end record.
  private static func fields64(
    _ tail: [UInt8], end: Int, tailStart: Int, _ damaged: (String) -> CheckpointFault
  ) throws(CheckpointFault) -> (count: Int, size: Int, offset: Int)? {
    guard end - tailStart >= locatorSize else { return nil }
    var locator = ByteReader(tail, in: end - locatorSize - tailStart..<end - tailStart)
    guard locator.integer(UInt32.self) == locatorSignature else { return nil }
    guard locator.integer(UInt32.self) == 0, let position = locator.integer(UInt64.self),
      locator.integer(UInt32.self) == 1, position == end - locatorSize - size64, Int(position) >= tailStart
    else { throw damaged("its zip64 end record does not stand before the locator of it") }
    var reader = ByteReader(tail, in: Int(position) - tailStart..<tail.count)
    guard reader.integer(UInt32.self) == signature64, reader.integer(UInt64.self) == UInt64(size64 - 12),
      reader.take(4) != nil, reader.integer(UInt64.self) == 0, let countHere = reader.integer(UInt64.self),
      let count = reader.integer(UInt64.self), let size = reader.integer(UInt64.self),
      let offset = reader.integer(UInt64.self), countHere == count,
      let count = Int(exactly: count), let size = Int(exactly: size), let offset = Int(exactly: offset)
    else { throw damaged("its zip64 end record is not one") }
    return (count, size, offset)
  }
}
