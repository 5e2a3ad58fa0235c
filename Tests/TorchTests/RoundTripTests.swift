import LHJSON
import LHTensors
import LHTestSupport
import LHTorch
import Testing

/// What is written is read, bit for bit.
@Suite struct RoundTripTests {
  /// Values that rounding, byte order and special cases would show.
  static let values: [Float] = [0, -0.0, 1, -1.5, 0.1, 3.14159274, 65504, -1e-7, 1e30, .infinity, 1 / 3, 255]

  @Test(arguments: ElementType.allCases, CheckpointWriter.Container.allCases)
  func readsEveryFormat(type: ElementType, container: CheckpointWriter.Container) throws {
    var writer = CheckpointWriter()
    writer.container = container
    writer.addTensor("first", Self.values, shape: [3, 4], as: type)
    writer.addTensor("second", [7], shape: [], as: type)
    let checkpoint = try open(writer.file())
    #expect(checkpoint.container == (container == .legacy ? .legacy : .zip))
    #expect(checkpoint.tensorNames == ["first", "second"])
    try expectTensor("first", of: checkpoint, type, shape: [3, 4], Self.values)
    try expectTensor("second", of: checkpoint, type, shape: [], [7])
    #expect(try checkpoint.tensor("third") == nil)
    #expect(checkpoint.summary(of: "third") == nil)
  }

  @Test(arguments: CheckpointWriter.Container.allCases)
  func readsViewsOfASharedStorage(container: CheckpointWriter.Container) throws {
    var writer = CheckpointWriter()
    writer.container = container
    let storage = writer.addStorage((0..<12).map(Float.init))
    writer.addTensor("whole", storage: storage, shape: [3, 4])
    writer.addTensor("transposed", storage: storage, shape: [4, 3], strides: [1, 4])
    writer.addTensor("corner", storage: storage, offset: 5, shape: [2, 2], strides: [4, 1])
    writer.addTensor("expanded", storage: storage, offset: 11, shape: [3], strides: [0])
    writer.addTensor("empty", storage: storage, offset: 12, shape: [0, 4])
    let checkpoint = try open(writer.file())
    try expectTensor("whole", of: checkpoint, .float32, shape: [3, 4], (0..<12).map(Float.init))
    try expectTensor("transposed", of: checkpoint, .float32, shape: [4, 3], [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11])
    try expectTensor("corner", of: checkpoint, .float32, shape: [2, 2], [5, 6, 9, 10])
    try expectTensor("expanded", of: checkpoint, .float32, shape: [3], [11, 11, 11])
    try expectTensor("empty", of: checkpoint, .float32, shape: [0, 4], [])
    #expect(try checkpoint.tensor("corner")?.storage.bytes.count == 24, "only what a tensor spans is read")
  }

  @Test func tensorsOutliveTheCheckpoint() throws {
    var writer = CheckpointWriter()
    writer.addTensor("weight", Self.values, shape: [12])
    let view = try #require(try open(writer.file()).tensor("weight"))
    #expect(elementBytes(view) == CheckpointWriter.encode(Self.values, as: .float32))
  }

  @Test(arguments: ElementType.allCases, [true, false])
  func honoursTheByteOrder(type: ElementType, isBigEndian: Bool) throws {
    var writer = CheckpointWriter()
    writer.isBigEndian = isBigEndian
    let storage = writer.addStorage(Self.values, as: type)
    writer.addTensor("whole", storage: storage, shape: [12])
    writer.addTensor("column", storage: storage, offset: 1, shape: [3], strides: [4])
    writer.addTensor("empty", storage: storage, shape: [0])
    let checkpoint = try open(writer.file())
    try expectTensor("whole", of: checkpoint, type, shape: [12], Self.values)
    try expectTensor("column", of: checkpoint, type, shape: [3], [Self.values[1], Self.values[5], Self.values[9]])
    try expectTensor("empty", of: checkpoint, type, shape: [0], [])
  }

  @Test(arguments: ["model", "state_dict", nil])
  func findsTheStateDict(key: String?) throws {
    var writer = CheckpointWriter()
    writer.stateDictKey = key
    writer.addTensor("weight", [1], shape: [1])
    #expect(try open(writer.file()).tensorNames == ["weight"])
  }

  @Test func listsTensorsThatAreNoWeights() throws {
    var writer = CheckpointWriter()
    let counter = writer.addStorage(className: "LongStorage", elementSize: 8, bytes: [UInt8](repeating: 1, count: 16))
    writer.addTensor("counter", storage: counter, shape: [2])
    writer.addTensor("weight", [1], shape: [1])
    let checkpoint = try open(writer.file())
    #expect(checkpoint.tensorNames == ["counter", "weight"])
    let summary = try #require(checkpoint.summary(of: "counter"))
    #expect(summary.shape == [2] && summary.formatName == "int64" && summary.elementType == nil)
    #expect(checkpoint.summary(of: "weight")?.elementType == .float32)
    #expect(throws: CheckpointFault.unsupportedElementType(path: checkpoint.path, tensor: "counter", found: "int64")) {
      try checkpoint.tensor("counter")
    }
  }
}
