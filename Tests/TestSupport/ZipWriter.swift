/// Puts zip archives of stored records together, whole ones and odd ones.
public struct ZipWriter {
  /// Writes every size and offset into zip64 fields and adds the zip64 end records, as for archives beyond 4 GB.
  public var isZip64 = false
  /// Where records' bytes begin: at a multiple of this, as PyTorch pads them.
  public var alignment = 64
  /// The compression method that the headers name; the records are stored whatever it is.
  public var method: UInt16 = 0
  /// General purpose flags; PyTorch sets 0x808: names are UTF-8, and sizes stand behind the data.
  public var flags: UInt16 = 0
  /// How sizes stand behind the data.
  public var descriptor = Descriptor.signed32
  /// Whether records have their CRC-32, and not 0.
  public var hasChecksums = true
  /// Changes the headers of the records that are added.
  public var changes = Changes()
  private var bytes: [UInt8] = []
  private var directory: [UInt8] = []
  private var count = 0

  /// The forms of what stands behind a record whose sizes its header does not tell.
  public enum Descriptor: Sendable, CaseIterable {
    case unsigned32, signed32, unsigned64, signed64
  }

  /// Lies about a record.
  public struct Changes: Sendable {
    /// Bytes in front of the local header, that belong to no record.
    public var gap: [UInt8] = []
    /// The name in the local header.
    public var localName: [UInt8]?
    /// Added to the checksum in the local header.
    public var localChecksum: UInt32 = 0
    /// Added to both sizes in the local header.
    public var localSize: UInt32 = 0
    /// The version in the local header; the directory has 0.
    public var localVersion: UInt16 = 0
    /// Flags that are turned round in the local header.
    public var localFlags: UInt16 = 0
    /// Time and date in the local header; the directory has 0.
    public var localTime: UInt32 = 0
    /// Added to the checksum in the directory.
    public var checksum: UInt32 = 0
    /// Added to the checksum behind the data.
    public var descriptorChecksum: UInt32 = 0
    /// Added to both sizes behind the data.
    public var descriptorSize: UInt32 = 0
    /// Extra fields of the local header.
    public var localExtra: [UInt8] = []
    /// Extra fields of the directory.
    public var extra: [UInt8] = []
    /// The comment in the directory.
    public var comment: [UInt8] = []

    /// No lies.
    public init() {}
  }

  /// An archive without records.
  public init() {}

  /// Bytes so far.
  public var byteCount: Int { bytes.count }

  /// Adds a record.
  public mutating func add(_ name: String, _ content: [UInt8]) { add(Array(name.utf8), content) }

  /// Adds a record whose name need not be text.
  public mutating func add(_ name: [UInt8], _ content: [UInt8]) {
    bytes += changes.gap
    let header = bytes.count
    let hidesSizes = flags & 8 != 0
    let checksum = hasChecksums ? crc32(content) : 0
    let localName = changes.localName ?? name
    let localSize = hidesSizes ? 0 : isZip64 ? .max : UInt32(content.count)
    var extra: [UInt8] = []
    if isZip64 && !hidesSizes {
      extra += UInt16(1).littleEndianBytes + UInt16(16).littleEndianBytes
      extra += UInt64(content.count).littleEndianBytes + UInt64(content.count).littleEndianBytes
    }
    extra += changes.localExtra
    let unpadded = header + 30 + localName.count + extra.count + 4
    let padding = (alignment - unpadded % alignment) % alignment
    extra += Array("FB".utf8) + UInt16(padding).littleEndianBytes + [UInt8](repeating: 0x5a, count: padding)

    bytes += UInt32(0x0403_4b50).littleEndianBytes + changes.localVersion.littleEndianBytes
    bytes += (flags ^ changes.localFlags).littleEndianBytes + method.littleEndianBytes
    bytes += changes.localTime.littleEndianBytes
    bytes += ((hidesSizes ? 0 : checksum) &+ changes.localChecksum).littleEndianBytes
    bytes += (localSize &+ changes.localSize).littleEndianBytes + (localSize &+ changes.localSize).littleEndianBytes
    bytes += UInt16(localName.count).littleEndianBytes + UInt16(extra.count).littleEndianBytes
    bytes += localName + extra + content
    if hidesSizes { addDescriptor(checksum: checksum, size: content.count) }

    var large: [UInt8] = []
    if isZip64 {
      large += UInt16(1).littleEndianBytes + UInt16(24).littleEndianBytes
      for value in [content.count, content.count, header] { large += UInt64(value).littleEndianBytes }
    }
    large += changes.extra
    let size = isZip64 ? .max : UInt32(content.count)
    directory += UInt32(0x0201_4b50).littleEndianBytes + [UInt8](repeating: 0, count: 4)
    directory += flags.littleEndianBytes + method.littleEndianBytes + [UInt8](repeating: 0, count: 4)
    directory += (checksum &+ changes.checksum).littleEndianBytes
    directory += size.littleEndianBytes + size.littleEndianBytes
    directory += UInt16(name.count).littleEndianBytes + UInt16(large.count).littleEndianBytes
    directory += UInt16(changes.comment.count).littleEndianBytes + [UInt8](repeating: 0, count: 8)
    directory += (isZip64 ? .max : UInt32(header)).littleEndianBytes
    directory += name + large + changes.comment
    count += 1
  }

  private mutating func addDescriptor(checksum: UInt32, size: Int) {
    if descriptor == .signed32 || descriptor == .signed64 { bytes += UInt32(0x0807_4b50).littleEndianBytes }
    bytes += (checksum &+ changes.descriptorChecksum).littleEndianBytes
    let size = UInt64(size) + UInt64(changes.descriptorSize)
    for _ in 0..<2 {
      switch descriptor {
      case .unsigned32, .signed32: bytes += UInt32(size).littleEndianBytes
      case .unsigned64, .signed64: bytes += size.littleEndianBytes
      }
    }
  }

  /// The archive.
  public func finished() -> [UInt8] {
    let start = bytes.count
    var bytes = bytes + directory
    if isZip64 {
      let end = bytes.count
      bytes += UInt32(0x0606_4b50).littleEndianBytes + UInt64(44).littleEndianBytes + [UInt8](repeating: 0, count: 12)
      for value in [count, count, directory.count, start] { bytes += UInt64(value).littleEndianBytes }
      bytes += UInt32(0x0706_4b50).littleEndianBytes + UInt32(0).littleEndianBytes
      bytes += UInt64(end).littleEndianBytes + UInt32(1).littleEndianBytes
    }
    bytes += UInt32(0x0605_4b50).littleEndianBytes + UInt32(0).littleEndianBytes
    let shortCount = isZip64 ? .max : UInt16(count)
    bytes += shortCount.littleEndianBytes + shortCount.littleEndianBytes
    bytes += (isZip64 ? .max : UInt32(directory.count)).littleEndianBytes
    bytes += (isZip64 ? .max : UInt32(start)).littleEndianBytes
    return bytes + UInt16(0).littleEndianBytes
  }
}

/// The CRC-32 of zip archives, bit by bit.
private func crc32(_ bytes: [UInt8]) -> UInt32 {
  var register = UInt32.max
  for byte in bytes {
    register ^= UInt32(byte)
    for _ in 0..<8 { register = register & 1 == 1 ? register >> 1 ^ 0xedb8_8320 : register >> 1 }
  }
  return ~register
}
