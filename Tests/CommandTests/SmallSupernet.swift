import LHJSON
import LHSupernet
import LHTestSupport

/// A supernet of one layer with made-up weights, whose tensors and configuration a test can spoil.
struct SmallSupernet {
  /// Name and shape of each tensor, as a sound checkpoint has them.
  var tensors: [(name: String, shape: [Int])]
  /// `cfg.model`.
  var model: JSONObject
  /// Values of tensors that are the same everywhere, by name.
  var constants: [String: Float] = [:]
  /// A tensor of whole numbers; nil for none.
  var integerTensor: String?

  init() {
    var config = ModelConfig()
    config.extractorMode = .groupNorm
    config.convLayers = [
      ConvLayer(channels: 8, kernel: 10, stride: 5), ConvLayer(channels: 8, kernel: 3, stride: 2),
    ]
    config.encoderLayers = 1
    config.encoderEmbedDim = 64
    config.encoderFFNDim = 128
    config.encoderHeads = 1
    config.positionKernel = 4
    config.positionGroups = 4
    tensors = SubnetLayout(config: config, architecture: config.wholeArchitecture).tensors.flatMap(\.sources)
      .map { ($0.0, $0.1) }
    model = config.json.object ?? [:]
    model["normalize"] = nil
  }

  /// The architecture that is all of it.
  static let architecture = #"{"embed_dim": 64, "heads_num": [1], "ffn_embed": [128], "layer_num": 1}"#

  func write(to path: String) {
    var writer = CheckpointWriter()
    writer.configuration = .object(["model": .object(model)])
    for (name, shape) in tensors {
      let count = shape.reduce(1, *)
      if name == integerTensor {
        let bytes = [UInt8](repeating: 1, count: 8 * count)
        let storage = writer.addStorage(className: "LongStorage", elementSize: 8, bytes: bytes)
        writer.addTensor(name, storage: storage, shape: shape)
        continue
      }
      let constant = constants[name]
      writer.addTensor(name, (0..<count).map { constant ?? Float($0 % 97 - 40) / 100 }, shape: shape)
    }
    writer.write(to: path)
  }
}
