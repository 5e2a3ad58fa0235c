import LHSystem

/// A subnet file taken apart by the offsets of Docs/format.md, to be changed and put together again with a checksum
/// that fits, so that what lies behind the checksum is put to the test.
struct ForgedFile {
  var magic: [UInt8]
  var version: UInt32
  var json: [UInt8]
  var entries: [ForgedEntry]
  /// The payloads, without the padding.
  var payloads: [[UInt8]]
  var jsonLength: UInt32?
  var tableLength: UInt32?
  var tensorCount: UInt32?
  var fileSize: UInt64?
  /// Follows the last entry of the table.
  var tableEnd: [UInt8] = []

  init(_ bytes: [UInt8]) {
    magic = Array(bytes[..<8])
    version = UInt32(number(bytes, 8, 4))
    let jsonLength = Int(number(bytes, 12, 4))
    json = Array(bytes[32..<32 + jsonLength])
    entries = []
    payloads = []
    var position = 32 + jsonLength
    for _ in 0..<number(bytes, 20, 4) {
      let entry = ForgedEntry(bytes, at: position)
      position += entry.bytes.count
      entries.append(entry)
      payloads.append(Array(bytes[Int(entry.offset)..<Int(entry.offset + entry.size)]))
    }
  }

  /// Puts other bytes in a tensor's place, and lays everything out anew.
  mutating func replacePayload(_ index: Int, with payload: [UInt8]) {
    payloads[index] = payload
    layOut()
  }

  /// Makes sizes, offsets and checksums right.
  mutating func layOut() {
    var offset = aligned(headerEnd)
    for (index, payload) in payloads.enumerated() {
      entries[index].offset = UInt64(offset)
      entries[index].size = UInt64(payload.count)
      entries[index].checksum = payload.withUnsafeBytes { XXH64.hash($0) }
      offset = aligned(offset + payload.count)
    }
  }

  /// Where the header's checksum ends.
  var headerEnd: Int { 32 + json.count + table.count + 8 }

  private var table: [UInt8] { entries.flatMap(\.bytes) + tableEnd }

  /// The file, its payloads where the rules put them, wherever the table says that they are.
  var bytes: [UInt8] {
    var tail = [UInt8](repeating: 0, count: aligned(headerEnd) - headerEnd)
    for (index, payload) in payloads.enumerated() {
      tail += payload
      if index < payloads.count - 1 {
        tail += [UInt8](repeating: 0, count: aligned(headerEnd + tail.count) - headerEnd - tail.count)
      }
    }
    let table = table
    var bytes = magic + littleEndian(version) + littleEndian(jsonLength ?? UInt32(json.count))
    bytes += littleEndian(tableLength ?? UInt32(table.count)) + littleEndian(tensorCount ?? UInt32(entries.count))
    bytes += littleEndian(fileSize ?? UInt64(headerEnd + tail.count)) + json + table
    let checksum = bytes.withUnsafeBytes { XXH64.hash($0) }
    return bytes + littleEndian(checksum) + tail
  }
}

/// An entry of the tensor table.
struct ForgedEntry {
  var offset: UInt64
  var size: UInt64
  var checksum: UInt64
  var type: UInt8
  var encoding: UInt8
  var rank: UInt8
  var nameLength: UInt8
  var reserved: UInt32
  var shape: [UInt64]
  var name: [UInt8]

  init(_ bytes: [UInt8], at start: Int) {
    offset = number(bytes, start, 8)
    size = number(bytes, start + 8, 8)
    checksum = number(bytes, start + 16, 8)
    type = bytes[start + 24]
    encoding = bytes[start + 25]
    rank = bytes[start + 26]
    nameLength = bytes[start + 27]
    reserved = UInt32(number(bytes, start + 28, 4))
    shape = (0..<Int(rank)).map { number(bytes, start + 32 + 8 * $0, 8) }
    let nameStart = start + 32 + 8 * Int(rank)
    name = Array(bytes[nameStart..<nameStart + Int(nameLength)])
  }

  var bytes: [UInt8] {
    littleEndian(offset) + littleEndian(size) + littleEndian(checksum) + [type, encoding, rank, nameLength]
      + littleEndian(reserved) + shape.flatMap { littleEndian($0) } + name
  }
}

private func number(_ bytes: [UInt8], _ start: Int, _ count: Int) -> UInt64 {
  bytes[start..<start + count].reversed().reduce(0) { $0 << 8 | UInt64($1) }
}

private func littleEndian(_ number: some FixedWidthInteger) -> [UInt8] {
  withUnsafeBytes(of: number.littleEndian) { Array($0) }
}

private func aligned(_ offset: Int) -> Int { (offset + 63) / 64 * 64 }
