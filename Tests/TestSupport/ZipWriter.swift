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
  private var bytes: [UInt8] = []
  private var directory: [UInt8] = []
  private var count = 0

  /// An archive without records.
  public init() {}

  /// Adds a record.
  public mutating func add(_ name: String, _ content: [UInt8]) {
    let header = bytes.count
    let hidesSizes = flags & 8 != 0
    let localSize = hidesSizes ? 0 : isZip64 ? .max : UInt32(content.count)
    var extra: [UInt8] = []
    if isZip64 && !hidesSizes {
      extra += UInt16(1).littleEndianBytes + UInt16(16).littleEndianBytes
      extra += UInt64(content.count).littleEndianBytes + UInt64(content.count).littleEndianBytes
    }
    let unpadded = header + 30 + name.utf8.count + extra.count + 4
    let padding = (alignment - unpadded % alignment) % alignment
    extra += Array("FB".utf8) + UInt16(padding).littleEndianBytes + [UInt8](repeating: 0x5a, count: padding)

    bytes += UInt32(0x0403_4b50).littleEndianBytes + UInt16(0).littleEndianBytes
    bytes += flags.littleEndianBytes + method.littleEndianBytes + [UInt8](repeating: 0, count: 8)
    bytes += localSize.littleEndianBytes + localSize.littleEndianBytes
    bytes += UInt16(name.utf8.count).littleEndianBytes + UInt16(extra.count).littleEndianBytes
    bytes += Array(name.utf8) + extra + content

    var large: [UInt8] = []
    if isZip64 {
      large += UInt16(1).littleEndianBytes + UInt16(24).littleEndianBytes
      for value in [content.count, content.count, header] { large += UInt64(value).littleEndianBytes }
    }
    let size = isZip64 ? .max : UInt32(content.count)
    directory += UInt32(0x0201_4b50).littleEndianBytes + [UInt8](repeating: 0, count: 4)
    directory += flags.littleEndianBytes + method.littleEndianBytes + [UInt8](repeating: 0, count: 8)
    directory += size.littleEndianBytes + size.littleEndianBytes
    directory += UInt16(name.utf8.count).littleEndianBytes + UInt16(large.count).littleEndianBytes
    directory += [UInt8](repeating: 0, count: 10)
    directory += (isZip64 ? .max : UInt32(header)).littleEndianBytes
    directory += Array(name.utf8) + large
    count += 1
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
