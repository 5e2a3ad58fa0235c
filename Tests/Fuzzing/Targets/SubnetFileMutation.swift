import LHSystem

/// Changes subnet files and makes their checksums right again, so that what lies behind the checksums is reached.
enum SubnetFileMutation {
  private static let preambleSize = 32

  static func mutated(_ bytes: [UInt8], _ mutator: inout Mutator) -> [UInt8] {
    var bytes = bytes
    guard let layout = Layout(bytes) else { return mutator.mutated(bytes) }
    switch mutator.random(6) {
    case 0:
      // JSON of the same length: a longer one would move the payloads.
      let json = mutator.mutated(Array(bytes[layout.json]), growth: 0)
      let padding = [UInt8](repeating: UInt8(ascii: " "), count: max(0, layout.json.count - json.count))
      bytes.replaceSubrange(layout.json, with: json.prefix(layout.json.count) + padding)
    case 1:
      guard !layout.table.isEmpty else { break }
      bytes[layout.table.lowerBound + mutator.random(layout.table.count)] = UInt8(mutator.random(256))
    case 2:
      guard let entry = layout.entries.isEmpty ? nil : mutator.choose(layout.entries) else { break }
      // Offset, size, checksum; or a length of the shape.
      let place = entry.start + 8 * mutator.choose([0, 1, 2, 4, 5])
      guard place + 8 <= layout.table.upperBound else { break }
      bytes.replaceSubrange(place..<place + 8, with: littleEndian(mutator.number(near: number(bytes, place, 8))))
    case 3:
      let place = mutator.choose([8, 12, 16, 20])
      let value = UInt32(truncatingIfNeeded: mutator.number(near: number(bytes, place, 4)))
      bytes.replaceSubrange(place..<place + 4, with: littleEndian(value))
    default:
      guard let entry = layout.entries.isEmpty ? nil : mutator.choose(layout.entries),
        let payload = entry.payload(in: bytes), !payload.isEmpty
      else { break }
      let content = mutator.mutated(Array(bytes[payload]), growth: 0)
      bytes.replaceSubrange(payload.prefix(content.count), with: content.prefix(payload.count))
    }
    repair(&bytes)
    return bytes
  }

  /// Makes the checksums, and mostly the file size, those of what is there.
  private static func repair(_ bytes: inout [UInt8]) {
    guard let layout = Layout(bytes) else { return }
    for entry in layout.entries {
      guard let payload = entry.payload(in: bytes) else { continue }
      let checksum = bytes[payload].withUnsafeBytes { XXH64.hash($0) }
      bytes.replaceSubrange(entry.start + 16..<entry.start + 24, with: littleEndian(checksum))
    }
    bytes.replaceSubrange(24..<32, with: littleEndian(UInt64(bytes.count)))
    let end = layout.table.upperBound
    guard end + 8 <= bytes.count else { return }
    let checksum = bytes[..<end].withUnsafeBytes { XXH64.hash($0) }
    bytes.replaceSubrange(end..<end + 8, with: littleEndian(checksum))
  }

  /// Where the parts of a file are, as far as they are there.
  private struct Layout {
    let json: Range<Int>
    let table: Range<Int>
    var entries: [Entry] = []

    init?(_ bytes: [UInt8]) {
      guard bytes.count >= preambleSize else { return nil }
      let jsonEnd = preambleSize + Int(number(bytes, 12, 4))
      let tableEnd = jsonEnd + Int(number(bytes, 16, 4))
      guard tableEnd <= bytes.count else { return nil }
      json = preambleSize..<jsonEnd
      table = jsonEnd..<tableEnd
      var position = table.lowerBound
      while position + 32 <= tableEnd {
        entries.append(Entry(start: position))
        position += 32 + 8 * Int(bytes[position + 26]) + Int(bytes[position + 27])
      }
    }
  }

  private struct Entry {
    let start: Int

    func payload(in bytes: [UInt8]) -> Range<Int>? {
      let (offset, size) = (number(bytes, start, 8), number(bytes, start + 8, 8))
      guard offset <= UInt64(bytes.count), size <= UInt64(bytes.count) - offset else { return nil }
      return Int(offset)..<Int(offset + size)
    }
  }
}

private func number(_ bytes: [UInt8], _ start: Int, _ count: Int) -> UInt64 {
  bytes[start..<start + count].reversed().reduce(0) { $0 << 8 | UInt64($1) }
}
