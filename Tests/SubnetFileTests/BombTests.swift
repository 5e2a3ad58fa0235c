import LHJSON
import LHModel
import LHSubnetFile
import LHSupernet
import LHSupernetCheckpoint
import LHSystem
import LHTestSupport
import Testing

/// Small files that claim much: refused by the table, before anything is decoded.
@Suite struct BombTests {
  /// A subnet with tensors of up to 256 KiB.
  private static func wide() throws -> (config: ModelConfig, architecture: Architecture) {
    var config = TestSubnet.config
    config.encoderEmbedDim = 128
    config.encoderHeads = 2
    config.encoderFFNDim = 512
    return (
      config,
      Architecture(embedDim: 128, headCounts: [2, 2], ffnDims: [512, 512], windows: [.global, .global])
    )
  }

  /// A file whose weights are all zero.
  private static func zeros() throws -> [UInt8] {
    let (config, architecture) = try wide()
    var writer = SubnetWriter(
      .subnet(config: config, architecture: architecture), provenance: TestSubnet.provenance(.f32))
    writer.compressionLevel = 3
    return try withTemporaryFolder { folder in
      _ = try writer.write(to: folder + "/a.lhb", sourceDigest: { TestSubnet.digest }) { _, target in
        target.update(repeating: 0)
        return 0
      }
      return readBytes(folder + "/a.lhb")
    }
  }

  /// What shrinks more than a reader believes is stored as it is.
  @Test func largeConstantsAreNotCompressed() throws {
    let bytes = try Self.zeros()
    #expect(firstFault(in: bytes) == nil)
    let entries = try open(bytes).entries
    let (small, large) = (entries.filter { $0.decodedSize <= 16 << 10 }, entries.filter { $0.decodedSize > 16 << 10 })
    #expect(large.count >= 12 && large.allSatisfy { $0.encoding == .raw })
    #expect(small.contains { $0.encoding == .zstd })
  }

  @Test func aFrameThatHoldsTooMuchIsRefused() throws {
    let bytes = try Self.zeros()
    let entries = try open(bytes).entries
    let index = try #require(entries.firstIndex { $0.decodedSize == 512 * 128 * 4 })
    var file = ForgedFile(bytes)
    let frame = try #require(try file.payloads[index].withUnsafeBytes { try ZstdFrame.compress($0, level: 3) })
    file.entries[index].encoding = 1
    file.replacePayload(index, with: frame)
    let fault = SubnetFileFault.tooCompressed(
      path: "memory", tensor: entries[index].name, size: frame.count, content: 512 * 128 * 4,
      limit: max(16 << 10, 64 * frame.count))
    #expect(firstFault(in: file.bytes) == fault)
    #expect(fault.kind == .badData)
    // As many bytes as are believed pass the table, and are no frame.
    file.replacePayload(index, with: [UInt8](repeating: 0, count: 512 * 128 * 4 / 64))
    guard case .wrongFrame? = firstFault(in: file.bytes) else {
      Issue.record("\(String(describing: firstFault(in: file.bytes)))")
      return
    }
  }

  /// 256 layers of a width of 16,384, a gigabyte a matrix, in half a megabyte.
  @Test func aHeaderThatClaimsATerabyteIsRefused() throws {
    var config = TestSubnet.config
    config.encoderLayers = 256
    config.encoderHeads = 256
    config.encoderEmbedDim = 256 * 64
    config.encoderFFNDim = 256 * 64
    let architecture = Architecture(
      embedDim: 256 * 64, headCounts: .init(repeating: 256, count: 256), ffnDims: .init(repeating: 16_384, count: 256),
      windows: .init(repeating: .global, count: 256))
    var file = ForgedFile(try TestSubnet.bytes(.f32))
    let layout = SubnetLayout(config: config, architecture: architecture).tensors
    file.json = Array(
      JSONValue.object([
        "architecture": architecture.json, "config": config.json, "provenance": TestSubnet.provenance(.f32).json,
      ]).text().utf8)
    let model = file.entries[0]
    file.entries = layout.map { tensor in
      var entry = model
      // What is small enough to be believed lies as it is.
      entry.encoding = tensor.count * 4 > 64 ? 1 : 0
      entry.rank = UInt8(tensor.shape.count)
      entry.shape = tensor.shape.map(UInt64.init)
      entry.name = Array(tensor.name.utf8)
      entry.nameLength = UInt8(tensor.name.utf8.count)
      return entry
    }
    file.payloads = layout.map { [UInt8](repeating: 0, count: min(64, $0.count * 4)) }
    file.layOut()
    let bytes = file.bytes
    #expect(bytes.count < 1 << 20)
    guard case .tooCompressed? = firstFault(in: bytes) else {
      Issue.record("\(String(describing: firstFault(in: bytes)))")
      return
    }
  }
}
