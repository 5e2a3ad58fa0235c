import LHJSON
import LHModel
import LHQuantization
import LHSubnetFile
import LHSupernet
import LHSupernetCheckpoint
import LHSystem
import LHTestSupport
import LHTorch
import Testing

/// Files of old versions, which stay for ever: Fixtures/versions/README.md says how they were made.
@Suite struct VersionTests {
  private static let fixture = "versions/v1-tiny-min.lhb"
  /// The same weights in int8, made with NumPy.
  private static let int8Fixture = "versions/v2-tiny-min-int8.lhb"
  /// What was decided for it.
  private static let plan = QuantizationPlan([
    .init(layer: .convolution(1), outliers: [3], estimatedError: nil, isInt8: true),
    .init(layer: .projection, outliers: [0, 31], estimatedError: nil, isInt8: true),
    .init(layer: .feedForwardOutput(1), outliers: [], estimatedError: nil, isInt8: false),
    .init(layer: .attentionInput(2), outliers: [5, 6, 63], estimatedError: nil, isInt8: true),
    .init(layer: .attentionOutput(3), outliers: [], estimatedError: nil, isInt8: false),
  ])

  private func source() throws -> (Checkpoint, ModelConfig, Architecture) {
    let checkpoint = try Checkpoint(path: Fixture.path("golden/tiny.pt"))
    let config = try ModelConfig(checkpointConfiguration: checkpoint.configuration)
    let file = Fixture.path("golden/arch-min.json")
    let architecture = try Architecture(
      json: try JSONValue(parsing: readBytes(file)), source: file, fitting: config)
    return (checkpoint, config, architecture)
  }

  /// What a subnet keeps of the checkpoint for a tensor.
  private func weights(_ tensor: SubnetTensor, _ checkpoint: Checkpoint) throws -> [Float] {
    var values = [Float](repeating: .nan, count: tensor.count)
    let slice = try tensor.slice(from: checkpoint.tensor)
    _ = try values.withUnsafeMutableBufferPointer { try slice.write(to: $0) }
    return values
  }

  /// Expects today's writer to write a fixture.
  private func expectSameBytes(as fixture: String, plan: QuantizationPlan?) throws {
    let (checkpoint, config, architecture) = try source()
    let old = try SubnetReader(path: Fixture.path(fixture))
    let layout = SubnetLayout(config: config, architecture: architecture)
    var writer = SubnetWriter(
      .subnet(config: config, architecture: architecture), provenance: old.provenance)
    writer.compressionLevel = 0
    writer.plan = plan
    try withTemporaryFolder { folder in
      _ = try writer.write(to: folder + "/a.lhb", sourceDigest: { old.provenance.sourceSHA256 }) { tensor, target in
        try #require(layout[tensor.role]).slice(from: checkpoint.tensor).write(to: target)
      }
      #expect(readBytes(folder + "/a.lhb") == readBytes(Fixture.path(fixture)))
    }
  }

  @Test func version1IsRead() throws {
    let (checkpoint, config, architecture) = try source()
    let reader = try SubnetReader(path: Fixture.path(Self.fixture))
    #expect(reader.model.config == config)
    #expect(reader.model.architecture == architecture)
    #expect(reader.provenance.date == "2026-01-31T12:00:00Z")
    #expect(reader.provenance.source == "tiny.pt")
    for tensor in SubnetLayout(config: config, architecture: architecture).tensors {
      #expect(floats(try reader.tensor(tensor.role)) == (try weights(tensor, checkpoint)), "\(tensor.name)")
    }
  }

  @Test func todaysWriterGivesTheSameBytes() throws { try expectSameBytes(as: Self.fixture, plan: nil) }

  @Test func version2IsRead() throws {
    let (checkpoint, config, architecture) = try source()
    let reader = try SubnetReader(path: Fixture.path(Self.int8Fixture))
    #expect(reader.version == 2 && reader.model.config == config && reader.model.architecture == architecture)
    #expect(reader.provenance.weights == .int8)
    for tensor in SubnetLayout(config: config, architecture: architecture).tensors {
      let type = try reader.entry(tensor.role).elementType
      let decision = Self.plan[tensor: tensor.role]
      #expect((type == .int8) == (tensor.isQuantizable && decision?.isInt8 != false), "\(tensor.name)")
      let outliers = decision?.outliers ?? []
      #expect(try reader.outliers(of: tensor.role) == outliers)
      let expected = restored(try weights(tensor, checkpoint), type, tensor.shape, outliers: outliers)
      #expect(floats(try reader.tensor(tensor.role)) == expected, "\(tensor.name)")
    }
  }

  @Test func todaysWriterGivesTheBytesThatNumPyGives() throws {
    try expectSameBytes(as: Self.int8Fixture, plan: Self.plan)
  }

  @Test func theFixtureNamesItsSource() throws {
    var hash = SHA256()
    readBytes(Fixture.path("golden/tiny.pt")).withUnsafeBytes { hash.update($0) }
    let reader = try SubnetReader(path: Fixture.path(Self.fixture))
    #expect(reader.provenance.sourceSHA256 == hash.hexadecimal())
  }
}
