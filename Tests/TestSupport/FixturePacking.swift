/// How a fixture is packed; the raw value is what its name has appended. Tests/Tools/fixtures/import_golden.py packs.
enum FixturePacking: String, CaseIterable {
  /// zstd over the first bytes of all 4-byte words, then all second ones, and so on, then a rest of up to 3 bytes.
  case planes = ".planes.zst"
  /// A zstd patch against golden/tiny.pt.
  case patch = ".patch.zst"
  /// A zstd patch against golden/tiny.pt with each 4-byte word rounded from float32 to float16.
  case halfPatch = ".half-patch.zst"

  /// The contents of a packed file. `base` is the path of what a patch is made against.
  func unpack(_ packed: [UInt8], base: String) -> [UInt8] {
    switch self {
    case .planes: FixturePacking.joiningPlanes(decompress(packed, prefix: []))
    case .patch: decompress(packed, prefix: readBytes(base))
    case .halfPatch: decompress(packed, prefix: FixturePacking.halves(readBytes(base)))
    }
  }

  private static func joiningPlanes(_ planes: [UInt8]) -> [UInt8] {
    let words = planes.count / 4
    var joined = planes
    for word in 0..<words {
      for byte in 0..<4 { joined[4 * word + byte] = planes[byte * words + word] }
    }
    return joined
  }

  /// Each whole 4-byte word as a little-endian float32, rounded to float16; 0 for infinities and NaNs, whose bits
  /// differ between processors.
  private static func halves(_ bytes: [UInt8]) -> [UInt8] {
    var halves: [UInt8] = []
    halves.reserveCapacity(bytes.count / 2)
    bytes.withUnsafeBytes { raw in
      for word in 0..<bytes.count / 4 {
        let pattern = UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: 4 * word, as: UInt32.self))
        let value = Float(bitPattern: pattern)
        let half = (value.isFinite ? Float16(value) : 0).bitPattern
        halves.append(UInt8(half & 0xff))
        halves.append(UInt8(half >> 8))
      }
    }
    return halves
  }
}
