import LHSystemC

/// The CRC-32 of zip archives (ISO 3309, reflected polynomial 0xedb88320), which tells damage, not malice.
///
/// Uses the processor's carry-less multiplication where there is one.
public struct CRC32 {
  private var register: UInt32 = .max
  private let usesInstructions: Bool

  /// A checksum of no bytes yet.
  public init() { self.init(usesInstructions: true) }

  /// Without the processor's instructions when those are not wanted, to test the portable code.
  package init(usesInstructions: Bool) { self.usesInstructions = usesInstructions && CRC32.hasInstructions }

  /// The checksum of everything taken so far.
  public var value: UInt32 { ~register }

  /// Takes more bytes.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    guard let start = bytes.baseAddress else { return }
    let whole = usesInstructions && bytes.count >= 64 ? bytes.count / 16 * 16 : 0
    if whole > 0 { register = cpu_crc32_blocks(register, start.assumingMemoryBound(to: UInt8.self), whole) }
    takeOneByOne(UnsafeRawBufferPointer(rebasing: bytes[whole...]))
  }

  private mutating func takeOneByOne(_ bytes: UnsafeRawBufferPointer) {
    CRC32.table.withUnsafeBufferPointer { table in
      for byte in bytes { register = register >> 8 ^ table[Int(UInt8(truncatingIfNeeded: register) ^ byte)] }
    }
  }

  private static let hasInstructions = cpu_has_crc32() != 0

  /// What each byte does to a register of zeros.
  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xedb8_8320 : value >> 1 }
  }
}
