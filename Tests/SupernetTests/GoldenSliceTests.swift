import LHJSON
import LHSupernet
import LHSupernetCheckpoint
import LHTestSupport
import LHTorch
import Testing

@Suite struct GoldenSliceTests {
  /// Every tensor against the CRC-32 of the same cut made with numpy (Tests/Tools/fixtures/make_slice_fixtures.py).
  @Test(arguments: [
    ("tiny", "max"), ("tiny", "mixed"), ("tiny", "min"), ("tiny", "sliding"), ("tiny-fp16", "mixed"),
    ("tiny-layernorm", "mixed"), ("tiny-deeppos", "mixed"), ("tiny-deeppos", "min"),
  ]) func equalsNumPyBitForBit(name: String, subnet: String) throws {
    let checkpoint = try Checkpoint(path: Fixture.path("golden/\(name).pt"))
    let config = try ModelConfig(checkpointConfiguration: checkpoint.configuration)
    try config.check { checkpoint.summary(of: $0)?.shape }
    let file = Fixture.path("golden/arch-\(subnet).json")
    let architecture = try Architecture(
      json: try JSONValue(parsing: readBytes(file)), source: file, fitting: config)
    let digests = try JSONValue(parsing: readBytes(Fixture.path("slices/slices.json")))
    let expected = try #require(digests["\(name)-\(subnet)"]?.object)

    let layout = SubnetLayout(config: config, architecture: architecture)
    #expect(Set(layout.tensors.map(\.name)) == Set(expected.members.map(\.name)))
    for tensor in layout.tensors {
      let slice = try tensor.slice(from: checkpoint.tensor)
      let digest = try #require(expected[tensor.name]?.array)
      #expect(digest[0].array?.map(\.integer) == tensor.shape, "\(tensor.name)")
      var values = [Float](repeating: .nan, count: tensor.count)
      #expect(try values.withUnsafeMutableBufferPointer { try slice.write(to: $0) } == 0)
      #expect(values.withUnsafeBytes(crc32) == UInt32(digest[1].integer ?? -1), "\(tensor.name)")
    }
  }
}

/// The CRC-32 of zlib.
private func crc32(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
  var crc = ~UInt32(0)
  for byte in bytes { crc = crc >> 8 ^ crcTable[Int(UInt8(truncatingIfNeeded: crc) ^ byte)] }
  return ~crc
}

private let crcTable = (0..<256).map { index in
  var crc = UInt32(index)
  for _ in 0..<8 { crc = crc & 1 == 0 ? crc >> 1 : crc >> 1 ^ 0xedb8_8320 }
  return crc
}
