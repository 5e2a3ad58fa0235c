/// Changes sound files chunk by chunk, and makes those checksums right again without which decoders refuse a change.
enum SoundFileMutation {
  static func mutated(_ bytes: [UInt8], _ mutator: inout Mutator) -> [UInt8] {
    if var chunks = SoundChunks(bytes), mutator.random(4) > 0 {
      chunks.mutate(&mutator)
      return chunks.bytes
    }
    var mutated = mutator.mutated(bytes)
    if bytes.starts(with: "OggS".utf8) { OggChecksums.repair(&mutated) }
    if bytes.starts(with: "fLaC".utf8) { FLACChecksums.repair(&mutated) }
    return mutated
  }
}

/// Checksums of Ogg's pages: a decoder sees only those in which they are right.
private enum OggChecksums {
  /// Makes the checksum of each page that of its bytes.
  static func repair(_ bytes: inout [UInt8]) {
    var start = 0
    while start + 27 <= bytes.count {
      guard bytes[start..<start + 4].elementsEqual("OggS".utf8) else {
        start += 1
        continue
      }
      let bodyStart = start + 27 + Int(bytes[start + 26])
      guard bodyStart <= bytes.count else { return }
      let end = bodyStart + bytes[start + 27..<bodyStart].reduce(0) { $0 + Int($1) }
      guard end <= bytes.count else { return }
      bytes.replaceSubrange(start + 22..<start + 26, with: [0, 0, 0, 0])
      let checksum = UInt32(truncatingIfNeeded: crc(bytes[start..<end], polynomial: 0x04c1_1db7, width: 32))
      bytes.replaceSubrange(start + 22..<start + 26, with: littleEndian(checksum))
      start = end
    }
  }
}

/// Checksums of FLAC's frames, each of which has one of its header and one of all of it.
private enum FLACChecksums {
  /// Makes both checksums of each frame right. A frame ends where the next one begins.
  static func repair(_ bytes: inout [UInt8]) {
    var starts: [Int] = []
    for place in bytes.indices.dropLast(6)
    where bytes[place] == 0xff && bytes[place + 1] & 0xfe == 0xf8 && (starts.last ?? -16) + 12 <= place {
      starts.append(place)
    }
    for (start, end) in zip(starts, starts.dropFirst() + [bytes.count]) {
      guard let headerEnd = headerEnd(bytes[start..<end]), headerEnd + 2 < end else { continue }
      bytes[headerEnd] = UInt8(truncatingIfNeeded: crc(bytes[start..<headerEnd], polynomial: 0x07, width: 8))
      let checksum = UInt16(truncatingIfNeeded: crc(bytes[start..<end - 2], polynomial: 0x8005, width: 16))
      bytes.replaceSubrange(end - 2..<end, with: littleEndian(checksum.byteSwapped))
    }
  }

  /// Where the header's checksum is: behind the frame's number, and the block size and rate where they are stated
  /// there.
  private static func headerEnd(_ frame: ArraySlice<UInt8>) -> Int? {
    let start = frame.startIndex
    guard frame.count > 16 else { return nil }
    let numberSize = max(1, (~frame[start + 4]).leadingZeroBitCount)
    let blockSize = [6: 1, 7: 2][frame[start + 2] >> 4] ?? 0
    let rate = [12: 1, 13: 2, 14: 2][frame[start + 2] & 15] ?? 0
    return start + 4 + numberSize + blockSize + rate
  }
}

/// A checksum by division of polynomials, the highest bit first, as Ogg and FLAC have it.
private func crc(_ bytes: ArraySlice<UInt8>, polynomial: UInt64, width: UInt64) -> UInt64 {
  let top: UInt64 = 1 << (width - 1)
  var rest: UInt64 = 0
  for byte in bytes {
    rest ^= UInt64(byte) << (width - 8)
    for _ in 0..<8 { rest = rest & top == 0 ? rest << 1 : rest << 1 ^ polynomial }
  }
  return rest & (top | (top - 1))
}
