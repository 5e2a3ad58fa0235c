import LHJSON
import LHTensors
import LHTestSupport
import LHTorch
import Testing

/// Checkpoints that PyTorch 1.13 wrote.
@Suite struct GoldenTests {
  @Test func knowsTheTensorsOfTheTinySupernet() throws {
    let checkpoint = try Checkpoint(path: Fixture.path("golden/tiny.pt"))
    #expect(checkpoint.tensorNames.count == 215)
    #expect(checkpoint.tensorNames.first == "mask_emb")
    let shapes = [
      "mask_emb": [128], "feature_extractor.conv_layers.0.0.weight": [32, 1, 10],
      "encoder.pos_conv.0.weight_g": [1, 1, 128],
      "encoder.pos_conv.0.weight_v": [128, 8, 128], "encoder.layers.11.fc1.weight": [512, 128],
    ]
    for (name, shape) in shapes { #expect(checkpoint.summary(of: name)?.shape == shape, "\(name)") }
    #expect(checkpoint.configuration["model"]?["encoder_embed_dim"] == .integer(128))
    #expect(checkpoint.configuration["model"]?["extractor_mode"] == .string("default"))
    #expect(checkpoint.configuration["task"]?["normalize"]?.bool != nil)
  }

  @Test func bothContainersHoldTheSame() throws {
    let zip = try Checkpoint(path: Fixture.path("golden/tiny.pt"))
    let legacy = try Checkpoint(path: Fixture.path("golden/tiny-legacy.pt"))
    #expect(zip.container == .zip && legacy.container == .legacy)
    #expect(zip.tensorNames == legacy.tensorNames)
    #expect(zip.configuration == legacy.configuration)
    for name in zip.tensorNames {
      let (first, second) = (try #require(try zip.tensor(name)), try #require(try legacy.tensor(name)))
      #expect(first.shape == second.shape, "\(name)")
      #expect(elementBytes(first) == elementBytes(second), "\(name) holds other bits")
    }
  }

  @Test func halfPrecisionIsTheRoundedSupernet() throws {
    let single = try Checkpoint(path: Fixture.path("golden/tiny.pt"))
    let half = try Checkpoint(path: Fixture.path("golden/tiny-fp16.pt"))
    #expect(single.tensorNames == half.tensorNames)
    for name in single.tensorNames {
      let bytes = elementBytes(try #require(try single.tensor(name)))
      let values = stride(from: 0, to: bytes.count, by: 4).map { place in
        Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(bytes[place + $1]) << (8 * UInt32($1)) })
      }
      try expectTensor(name, of: half, .float16, shape: single.summary(of: name)?.shape ?? [], values)
    }
  }

  @Test(arguments: [("tiny-layernorm", 234), ("tiny-deeppos", 222)])
  func opensTheOthers(name: String, count: Int) throws {
    #expect(try Checkpoint(path: Fixture.path("golden/\(name).pt")).tensorNames.count == count)
  }
}
