import LHConfiguration
public import LHJSON
public import LHSupernet
import LHSupernetCheckpoint
public import LHTensors

/// A supernet that is hardly more than the rules want, with made-up weights, whose tensors and configuration a test can
/// spoil. It is that of Fixtures/hostile/sound/supernet.pt, of which the hostile checkpoints are made.
public struct SmallSupernet {
  /// One layer of width 64 with one head, two convolutions of 8 channels and the group norm.
  public static let config: ModelConfig = {
    var config = ModelConfig()
    config.extractorMode = .groupNorm
    config.convLayers = [
      ConvLayer(channels: 8, kernel: 10, stride: 5), ConvLayer(channels: 8, kernel: 3, stride: 2),
    ]
    config.encoderLayers = 1
    config.encoderEmbedDim = 64
    config.encoderFFNDim = 64
    config.encoderHeads = 1
    config.positionKernel = 4
    config.positionGroups = 16
    return config
  }()

  /// That configuration, but for what a test wants otherwise.
  public static func config(_ change: (inout ModelConfig) -> Void) -> ModelConfig {
    var config = config
    change(&config)
    return config
  }

  /// The architecture that is all of it, as JSON.
  public static let architecture = config.wholeArchitecture.json.text()

  /// Name and shape of each tensor, as a sound checkpoint has them.
  public var tensors: [(name: String, shape: [Int])]
  /// `cfg.model`.
  public var model: JSONObject
  /// The number format of the tensors.
  public var elementType = ElementType.float32
  /// The values of a tensor of this name and shape.
  public var values: (_ name: String, _ shape: [Int]) -> [Float] = { _, shape in
    (0..<shape.reduce(1, *)).map { Float($0 % 97 - 40) / 100 }
  }
  /// Values of tensors that are the same everywhere, by name; they go before `values`.
  public var constants: [String: Float] = [:]
  /// A tensor of whole numbers; nil for none.
  public var integerTensor: String?

  /// A sound supernet of a configuration.
  public init(_ config: ModelConfig = config) {
    tensors = SubnetLayout(config: config, architecture: config.wholeArchitecture).tensors.flatMap(\.sources)
      .map { ($0.name, $0.shape) }
    model = config.json.object ?? [:]
    model["normalize"] = nil
  }

  /// Writes its checkpoint.
  public func write(to path: String) { writeBytes(file(), to: path) }

  /// Its checkpoint.
  public func file() -> [UInt8] {
    var writer = CheckpointWriter()
    writer.configuration = .object(["model": .object(model)])
    for (name, shape) in tensors {
      let count = shape.reduce(1, *)
      if name == integerTensor {
        let bytes = [UInt8](repeating: 1, count: 8 * count)
        let storage = writer.addStorage(className: "LongStorage", elementSize: 8, bytes: bytes)
        writer.addTensor(name, storage: storage, shape: shape)
      } else {
        let values = constants[name].map { [Float](repeating: $0, count: count) } ?? values(name, shape)
        writer.addTensor(name, values, shape: shape, as: elementType)
      }
    }
    return writer.file()
  }
}
