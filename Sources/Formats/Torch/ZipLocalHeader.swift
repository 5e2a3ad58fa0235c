/// What stands before a record's content in a zip archive, without the record's name and extra fields.
struct ZipLocalHeader {
  let extraLength: Int
  private let version: UInt16
  private let flags: UInt16
  private let method: UInt16
  private let time: UInt32
  private let checksum: UInt32
  private let storedSize: UInt32
  private let recordSize: UInt32
  private let name: ArraySlice<UInt8>

  /// Bytes of the fixed part.
  static let size = 30
  /// The most bytes of what may stand behind the content.
  static let descriptorLimit = 24
  private static let signature: UInt32 = 0x0403_4b50
  private static let descriptorSignature: UInt32 = 0x0807_4b50

  /// The header at the beginning of `bytes`, in which the name follows and nothing else; nil when it is none.
  init?(_ bytes: [UInt8]) {
    var reader = ByteReader(bytes)
    guard reader.integer(UInt32.self) == ZipLocalHeader.signature, let version = reader.integer(UInt16.self),
      let flags = reader.integer(UInt16.self), let method = reader.integer(UInt16.self),
      let time = reader.integer(UInt32.self), let checksum = reader.integer(UInt32.self),
      let storedSize = reader.integer(UInt32.self), let recordSize = reader.integer(UInt32.self),
      let nameLength = reader.integer(UInt16.self), let extraLength = reader.integer(UInt16.self)
    else { return nil }
    self.version = version
    self.flags = flags
    self.method = method
    self.time = time
    self.checksum = checksum
    self.storedSize = storedSize
    self.recordSize = recordSize
    self.extraLength = Int(extraLength)
    // Another length is a name of another record: no bytes are equal to it.
    name = Int(nameLength) == reader.remaining ? reader[reader.position..<reader.end] : []
  }

  /// Whether every field is the directory's.
  ///
  /// When sizes and checksum stand behind the content they may be 0 here. PyTorch leaves them so, and in archives
  /// beyond 4 GB gives its extra field the size, a 0 for the stored size that it does not know yet, and the header's
  /// place.
  func agrees(with entry: ZipEntry, extra: [UInt8]) -> Bool {
    let isDeferred = flags & ZipEntry.hasDescriptor != 0
    let field: ArraySlice<UInt8>
    do throws(ZipEntry.Problem) {
      field = try ZipEntry.zip64(in: extra[...]) ?? []
    } catch {
      return false
    }
    guard field.count.isMultiple(of: 8), field.count <= 24 else { return false }
    var large: [Int] = []
    var reader = ByteReader(Array(field))
    while let value = reader.integer(UInt64.self) { large.append(Int(exactly: value) ?? -1) }
    func fits(_ value: Int, _ field: UInt32) -> Bool {
      Int(field) == value || (isDeferred && field == 0)
        || (field == .max && large.count >= 2 && large[..<2].allSatisfy { $0 == value || (isDeferred && $0 == 0) })
    }
    return name == entry.nameBytes && version == entry.version && flags == entry.flags && method == entry.method
      && time == entry.time && (checksum == entry.checksum || (isDeferred && checksum == 0))
      && fits(entry.size, storedSize) && fits(entry.size, recordSize)
      && large.allSatisfy { $0 == entry.size || $0 == entry.header || (isDeferred && $0 == 0) }
  }

  /// Whether bytes behind a record's content are its sizes and checksum: with or without a signature, in 32 bits or 64.
  static func isDescriptor(of entry: ZipEntry, _ bytes: [UInt8]) -> Bool {
    var reader = ByteReader(bytes)
    if bytes.count == 16 || bytes.count == 24 {
      guard reader.integer(UInt32.self) == descriptorSignature else { return false }
    }
    guard reader.integer(UInt32.self) == entry.checksum else { return false }
    switch reader.remaining {
    case 8: return (0..<2).allSatisfy { _ in reader.integer(UInt32.self).map(Int.init) == entry.size }
    case 16: return (0..<2).allSatisfy { _ in reader.integer(UInt64.self) == UInt64(entry.size) }
    default: return false
    }
  }
}
