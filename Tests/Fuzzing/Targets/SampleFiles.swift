import LHImport
import LHJSON
import LHModel
import LHQuantization
import LHSubnetFile
import LHSupernet
import LHTensors
import LHTestSupport

/// Sound files as small as can be, from which mutation begins.
enum SampleFiles {
  static let config = SmallSupernet.config

  static let architecture = Architecture(embedDim: 16, headCounts: [1], ffnDims: [8])

  /// A supernet's checkpoint.
  static let supernet: [UInt8] = {
    var supernet = SmallSupernet()
    supernet.elementType = .float16
    supernet.values = { _, shape in values(shape.reduce(1, *)) }
    return supernet.file()
  }()

  /// A checkpoint with few tensors.
  static func checkpoint(isLegacy: Bool) -> [UInt8] {
    var writer = CheckpointWriter()
    writer.container = isLegacy ? .legacy : .zip
    writer.configurationForm = .omegaconf
    writer.configuration = .object(["model": .object(["encoder_layers": .integer(12)])])
    let storage = writer.addStorage(values(12))
    writer.addTensor("a.weight", storage: storage, shape: [3, 4])
    writer.addTensor("a.bias", storage: storage, offset: 2, shape: [2, 2], strides: [4, 1])
    writer.addTensor("b", values(2), shape: [2], as: .bfloat16)
    return writer.file()
  }

  static let pickle: [UInt8] = {
    var writer = CheckpointWriter()
    writer.addTensor("weight", values(4), shape: [2, 2])
    return writer.pickle()
  }()

  /// A subnet file.
  static func subnet(_ weights: WeightsChoice, level: Int = 0) -> [UInt8] {
    let provenance = Provenance(
      source: "model.pt", sourceSize: 1, tool: "fuzz", date: "2026-01-31T12:00:00Z", weights: weights)
    var writer = SubnetWriter(.subnet(config: config, architecture: architecture), provenance: provenance)
    writer.compressionLevel = level
    if weights == .int8 {
      writer.plan = QuantizationPlan([
        .init(layer: .attentionInput(0), outliers: [3], estimatedError: 0.01, isInt8: true)
      ])
    }
    let output = ScratchFile()
    defer { output.remove() }
    let digest = String(repeating: "0123456789abcdef", count: 4)
    let summary = try? writer.write(to: output.path, replacing: true, sourceDigest: { digest }) { tensor, target in
      _ = target.update(fromContentsOf: values(tensor.count))
      return 0
    }
    expect(summary != nil, "a sound subnet can be written")
    return readBytes(output.path)
  }

  private static func values(_ count: Int) -> [Float] { (0..<count).map { Float($0 % 11 - 5) / 8 } }
}
