/// What a zip archive's directory says of one record.
struct ZipEntry {
  let name: String
  let nameBytes: ArraySlice<UInt8>
  let version: UInt16
  let flags: UInt16
  let method: UInt16
  let time: UInt32
  /// CRC-32 of the content.
  let checksum: UInt32
  let size: Int
  let storedSize: Int
  /// Where its local header stands in the file.
  let header: Int
  /// Whether it is a folder, which `zip -r` and others list beside what is in it: a name with a slash at its end, and
  /// no content.
  var isFolder: Bool { name.utf8.last == UInt8(ascii: "/") }

  /// Sizes and checksum stand behind the content.
  static let hasDescriptor: UInt16 = 1 << 3
  /// Names are UTF-8.
  private static let isUTF8: UInt16 = 1 << 11
  private static let signature: UInt32 = 0x0201_4b50

  /// Why an entry is refused.
  struct Problem: Error {
    let text: String
  }

  init(_ reader: inout ByteReader) throws(Problem) {
    guard reader.integer(UInt32.self) == ZipEntry.signature, reader.take(2) != nil,
      let version = reader.integer(UInt16.self), let flags = reader.integer(UInt16.self),
      let method = reader.integer(UInt16.self), let time = reader.integer(UInt32.self),
      let checksum = reader.integer(UInt32.self), let storedSize = reader.integer(UInt32.self),
      let size = reader.integer(UInt32.self), let nameLength = reader.integer(UInt16.self),
      let extraLength = reader.integer(UInt16.self), let commentLength = reader.integer(UInt16.self),
      let disk = reader.integer(UInt16.self), reader.take(6) != nil, let header = reader.integer(UInt32.self),
      let nameRange = reader.take(Int(nameLength)), let extra = reader.take(Int(extraLength))
    else { throw Problem(text: "is not whole") }
    guard commentLength == 0, disk == 0 else {
      throw Problem(text: "has a comment, or lies in another file: torch.save writes neither")
    }
    nameBytes = reader[nameRange]
    name = try ZipEntry.checkedName(nameBytes)
    var large = ByteReader(Array(try ZipEntry.zip64(in: reader[extra]) ?? []))
    func wide(_ field: UInt32) -> Int? {
      field == .max ? large.integer(UInt64.self).flatMap { Int(exactly: $0) } : Int(field)
    }
    guard let size = wide(size), let storedSize = wide(storedSize), let header = wide(header), large.remaining == 0
    else { throw Problem(text: "has a zip64 field that does not go with it") }
    self.version = version
    self.flags = flags
    self.method = method
    self.time = time
    self.checksum = checksum
    self.size = size
    self.storedSize = storedSize
    self.header = header
    guard !isFolder || (size == 0 && storedSize == 0 && checksum == 0) else {
      throw Problem(text: "has the name \(name), which is a folder, and content")
    }
  }

  /// The content of the zip64 field among extra fields, which must follow each other to their end; nil when there is
  /// none.
  static func zip64(in extra: ArraySlice<UInt8>) throws(Problem) -> ArraySlice<UInt8>? {
    var reader = ByteReader(Array(extra))
    var found: ArraySlice<UInt8>?
    var count = 0
    while reader.remaining > 0 {
      count += 1
      guard let identifier = reader.integer(UInt16.self), let length = reader.integer(UInt16.self),
        let content = reader.take(Int(length)), identifier != 1 || found == nil, count <= CheckpointLimits.extraFields
      else { throw Problem(text: "has extra fields that are not whole, or too many, or two zip64 fields") }
      if identifier == 1 { found = reader[content] }
    }
    return found
  }

  /// Names are only compared, never used as paths; these are what no record of a checkpoint is called, and what other
  /// programs would read as something else.
  private static func checkedName(_ bytes: ArraySlice<UInt8>) throws(Problem) -> String {
    guard !bytes.isEmpty, bytes.count <= CheckpointLimits.recordNameBytes else {
      throw Problem(text: "has a name of \(bytes.count) bytes, expected 1...\(CheckpointLimits.recordNameBytes)")
    }
    guard let name = String(validating: bytes, as: UTF8.self) else {
      throw Problem(text: "has a name that is not UTF-8")
    }
    guard !name.unicodeScalars.contains(where: { $0.properties.generalCategory == .control || $0 == "\\" }) else {
      throw Problem(text: "has a name with a control character or a backslash, \(name)")
    }
    // A folder's name ends with a slash, behind which there is nothing.
    let path = name.utf8.last == UInt8(ascii: "/") ? name.dropLast() : name[...]
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    guard !parts.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." }) else {
      throw Problem(text: "has the name \(name), which has an empty part, or leads out of the archive")
    }
    return name
  }

  /// What keeps the record from being read as it is: the feature, and what to do about it.
  var unsupportedFeature: (found: String, remedy: String)? {
    let again = "save the checkpoint again with torch.save"
    if flags & (1 << 0 | 1 << 6 | 1 << 13) != 0 { return ("an encrypted record \(name)", again) }
    if method != 0 {
      return (
        "a compressed record \(name)",
        "unpack it and pack it again without compression (`zip -0 -r -D -X`, data.pkl's folder first)"
      )
    }
    if flags & ~(ZipEntry.hasDescriptor | ZipEntry.isUTF8) != 0 {
      return ("flags 0x\(String(flags, radix: 16)) of the record \(name)", again)
    }
    return nil
  }
}
