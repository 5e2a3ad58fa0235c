import LHSystem
import LHTestSupport
import Testing

@Suite struct CRC32Tests {
  private func checksum(_ bytes: [UInt8], usesInstructions: Bool, cut: Int? = nil) -> UInt32 {
    var checksum = CRC32(usesInstructions: usesInstructions)
    bytes.withUnsafeBytes { bytes in
      let cut = cut ?? bytes.count
      checksum.update(UnsafeRawBufferPointer(rebasing: bytes[..<cut]))
      checksum.update(UnsafeRawBufferPointer(rebasing: bytes[cut...]))
    }
    return checksum.value
  }

  @Test(arguments: [true, false]) func `Known answers`(usesInstructions: Bool) {
    #expect(checksum([], usesInstructions: usesInstructions) == 0)
    // The check value of the CRC catalogues.
    #expect(checksum(Array("123456789".utf8), usesInstructions: usesInstructions) == 0xcbf4_3926)
    #expect(checksum([UInt8](repeating: 0, count: 32), usesInstructions: usesInstructions) == 0x190a_55ad)
    #expect(checksum(Array(repeating: 0x61, count: 1_000_000), usesInstructions: usesInstructions) == 0xdc25_bfbc)
  }

  @Test func `Instructions and portable code agree at every length and cut`() {
    var generator = SeededNumbers(seed: 9)
    let bytes = (0..<400).map { _ in UInt8.random(in: 0...255, using: &generator) }
    for count in 0...bytes.count {
      let part = Array(bytes[..<count])
      let expected = checksum(part, usesInstructions: false)
      #expect(checksum(part, usesInstructions: true) == expected, "\(count) bytes")
      let cut = Int.random(in: 0...count, using: &generator)
      #expect(checksum(part, usesInstructions: true, cut: cut) == expected, "\(count) bytes, cut at \(cut)")
    }
  }
}
