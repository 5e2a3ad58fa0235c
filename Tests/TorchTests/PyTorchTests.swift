import LHJSON
import LHTensors
import LHTestSupport
import LHTorch
import Testing

/// Small files that PyTorch 1.13 and 2.15 and omegaconf wrote: Tests/Tools/fixtures/make_checkpoint_fixtures.py says
/// what is in them.
@Suite struct PyTorchTests {
  static let base = (0..<24).map { Float($0) / 4 }

  @Test(arguments: ["views", "views-legacy", "views-2"])
  func readsViews(name: String) throws {
    let checkpoint = try Checkpoint(path: Fixture.path("checkpoints/\(name).pt"))
    let base = Self.base
    try expectTensor("base", of: checkpoint, .float32, shape: [4, 6], base)
    let transposed = (0..<24).map { base[$0 % 4 * 6 + $0 / 4] }
    try expectTensor("transposed", of: checkpoint, .float32, shape: [6, 4], transposed)
    try expectTensor("column", of: checkpoint, .float32, shape: [4], [base[2], base[8], base[14], base[20]])
    try expectTensor("tail", of: checkpoint, .float32, shape: [6], Array(base[18...]))
    try expectTensor("expanded", of: checkpoint, .float32, shape: [3], [1.25, 1.25, 1.25])
    try expectTensor("scalar", of: checkpoint, .float32, shape: [], [2.5])
    try expectTensor("empty", of: checkpoint, .float32, shape: [0, 3], [])
    try expectTensor("parameter", of: checkpoint, .float32, shape: [2, 3], Array(base[..<6]))
    try expectTensor("float16", of: checkpoint, .float16, shape: [24], base)
    try expectTensor("bfloat16", of: checkpoint, .bfloat16, shape: [24], base)
    try expectTensor("float64", of: checkpoint, .float64, shape: [24], base)
    #expect(checkpoint.summary(of: "int64")?.formatName == "int64")
    #expect(checkpoint.summary(of: "bool")?.formatName == "bool")
    #expect(checkpoint.summary(of: "sparse")?.formatName == "torch._utils._rebuild_sparse_tensor")
    #expect(throws: CheckpointFault.self) { try checkpoint.tensor("sparse") }
    #expect(try checkpoint.tensor("tail")?.storage.bytes.count == 24, "only what a tensor spans is read")
  }

  @Test func readsAStorageThatNamesNoFormat() throws {
    let checkpoint = try Checkpoint(path: Fixture.path("checkpoints/views-2.pt"))
    #expect(checkpoint.summary(of: "uint16")?.formatName == "uint16")
    #expect(checkpoint.summary(of: "uint16")?.shape == [3])
  }

  @Test(arguments: ["views", "views-legacy"])
  func makesOddThingsPlain(name: String) throws {
    let odd = try #require(
      try Checkpoint(path: Fixture.path("checkpoints/\(name).pt")).configuration["odd"]?.object)
    let expected: JSONObject = [
      "opaque": ["secret": .integer(7)], "enum": .string("<builtins.getattr>"),
      "path": .string("<pathlib.PurePosixPath>"),
      "large": .number(0x1p70), "size": .array([.integer(2), .integer(3)]), "dtype": .string("torch.float16"),
      "numpy": .number(1.5), "numpy32": .integer(-3), "set": .array([.integer(1)]),
      "tuple": .array([.integer(1), .string("two")]), "complex": .string("<builtins.complex>"),
      "bytes": .string("<_codecs.encode>"), "tensor": .string("<torch._utils._rebuild_tensor_v2>"),
      "defaultdict": ["a": .integer(1)], "5": .string("five"), "array": .string("<numpy.core.multiarray._reconstruct>"),
    ]
    for (key, value) in expected.members { #expect(odd[key] == value, "\(key)") }
    #expect(odd.members.count == expected.members.count)
  }

  static let configuration: JSONValue = [
    "model": [
      "encoder_layers": .integer(12), "conv_bias": .bool(false), "extractor_mode": .string("default"),
      "dropout": .number(0.1), "layer_sizes": .array([.integer(1), .integer(2), .integer(3)]), "nothing": .null,
    ],
    "task": ["normalize": .bool(true), "sample_rate": .integer(16000)],
  ]

  @Test(arguments: [1, 2, 3, 4, 5], ["", "-legacy"])
  func readsEveryProtocol(version: Int, suffix: String) throws {
    let checkpoint = try Checkpoint(path: Fixture.path("checkpoints/protocol-\(version)\(suffix).pt"))
    #expect(checkpoint.container == (suffix.isEmpty ? .zip : .legacy))
    #expect(checkpoint.configuration == Self.configuration)
    try expectTensor("weight", of: checkpoint, .float32, shape: [2, 3], [0, 1, 2, 3, 4, 5])
  }

  @Test func readsOmegaconf() throws {
    let checkpoint = try Checkpoint(path: Fixture.path("checkpoints/omegaconf.pt"))
    #expect(checkpoint.configuration == Self.configuration)
  }

  @Test func readsANamespace() throws {
    let checkpoint = try Checkpoint(path: Fixture.path("checkpoints/namespace.pt"))
    #expect(checkpoint.configuration["model"]?["dropout"] == .number(0.1))
    #expect(checkpoint.configuration["task"]?["normalize"] == .bool(true))
  }

  @Test func refusesAStorageAlone() throws {
    let fault = #expect(throws: CheckpointFault.self) {
      try Checkpoint(path: Fixture.path("checkpoints/storage.pt"))
    }
    guard case .missingStateDict = fault else {
      Issue.record("\(String(describing: fault))")
      return
    }
  }
}
