import LHSubnetFile
import Testing

/// Compressed payloads that are not what they seem, with checksums that fit.
@Suite struct FrameTests {
  /// A compressed tensor of the file, and how many bytes it holds.
  private static func compressed() throws -> (file: ForgedFile, index: Int, size: Int, name: String) {
    let bytes = try TestSubnet.bytes(level: 3)
    let entries = try open(bytes).entries
    let index = try #require(entries.firstIndex { $0.encoding == .zstd && $0.decodedSize >= 512 })
    return (ForgedFile(bytes), index, entries[index].decodedSize, entries[index].name)
  }

  private static func frame(_ bytes: [UInt8]) throws -> [UInt8] {
    try #require(try bytes.withUnsafeBytes { try ZstdFrame.compress($0, level: 3) })
  }

  private func problem(_ payload: (Int, [UInt8]) throws -> [UInt8]) throws -> String? {
    var (file, index, size, name) = try Self.compressed()
    file.replacePayload(index, with: try payload(size, file.payloads[index]))
    switch firstFault(in: file.bytes) {
    case .wrongFrame(path: "memory", tensor: name, let problem)?: return problem
    case let other?:
      Issue.record("\(other)")
      return nil
    case nil: return nil
    }
  }

  @Test func aFrameOfTheRightSizeIsSound() throws {
    #expect(try problem { size, _ in try Self.frame([UInt8](repeating: 0, count: size)) } == nil)
  }

  @Test func aFrameOfAnotherSizeIsRefused() throws {
    for difference in [-1, 1, 1_000_000_000] {
      let problem = try problem { size, _ in
        try Self.frame([UInt8](repeating: 0, count: size + (difference > 1 ? 1 << 24 : difference)))
      }
      #expect(problem?.contains("its zstd frame holds") == true)
    }
  }

  @Test func aSizeThatLiesIsRefused() throws {
    // A frame of 300 to 65,791 bytes in one segment has its size, less 256, in bytes 5 and 6.
    for (actual, said) in [(2, 1), (1, 2)] {
      let problem = try problem { size, _ in
        var frame = try Self.frame([UInt8](repeating: 0, count: size * actual))
        #expect(frame[4] == 0x60)
        #expect(Int(frame[5]) + Int(frame[6]) << 8 == size * actual - 256)
        #expect(said != actual)
        frame[5] = UInt8((size - 256) & 0xff)
        frame[6] = UInt8((size - 256) >> 8)
        return frame
      }
      #expect((problem != nil) == (actual != 1))
    }
  }

  @Test func whatIsNoFrameIsRefused() throws {
    #expect(try problem { _, _ in Array("no frame at all".utf8) } != nil)
    #expect(try problem { _, _ in [0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0] } != nil, "a skippable frame")
    #expect(try problem { _, frame in Array(frame.dropLast()) } != nil, "cut off")
    #expect(try problem { _, frame in frame + [0] } != nil, "a byte more")
    #expect(
      try problem { size, _ in
        let frame = try Self.frame([UInt8](repeating: 0, count: size))
        return frame + frame
      } != nil, "two frames")
    #expect(
      try problem { size, _ in
        [0x50, 0x2a, 0x4d, 0x18, 1, 0, 0, 0, 0] + (try Self.frame([UInt8](repeating: 0, count: size)))
      } != nil, "a skippable frame before the frame")
  }
}
