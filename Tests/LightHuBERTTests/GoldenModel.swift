import LHJSON
import LHModel
import LHSupernet
import LHSupernetCheckpoint
import LHTensors
import LHTestSupport
import LHTorch
import LightHuBERT
import Testing

/// One subnet of the golden data and one recording.
struct GoldenCase: CustomTestStringConvertible, Sendable {
  let checkpoint: String
  let architecture: String
  let audio: String

  var testDescription: String { "\(checkpoint)-\(architecture)-\(audio)" }

  /// Every case that has expected values.
  static let all: [GoldenCase] = {
    var cases: [GoldenCase] = []
    for architecture in ["max", "mixed", "min", "sliding"] {
      for audio in ["speech-a", "speech-b", "frames-1", "frames-2"] {
        cases.append(GoldenCase(checkpoint: "tiny", architecture: architecture, audio: audio))
      }
    }
    return cases + [
      GoldenCase(checkpoint: "tiny-layernorm", architecture: "mixed", audio: "speech-b"),
      GoldenCase(checkpoint: "tiny-deeppos", architecture: "mixed", audio: "speech-b"),
      GoldenCase(checkpoint: "tiny-deeppos", architecture: "min", audio: "speech-b"),
    ]
  }()

  /// The expected values of a kind: "hidden_states", "encoder_input" or "last".
  func expected(_ kind: String) throws -> NumPyArray {
    try NumPyArray(path: Fixture.path("golden/expected/\(testDescription).\(kind).npy"))
  }

  func samples() -> [Float] { goldenSamples(audio) }

  func model(_ options: RuntimeOptions = .init()) throws -> Model {
    try goldenModel(checkpoint: checkpoint, architecture: architecture, options: options)
  }
}

/// A model straight from a golden checkpoint, without a file in between.
func goldenModel(checkpoint: String, architecture: String, options: RuntimeOptions = .init()) throws -> Model {
  let source = try Checkpoint(path: Fixture.path("golden/\(checkpoint).pt"))
  let config = try ModelConfig(checkpointConfiguration: source.configuration)
  let path = Fixture.path("golden/arch-\(architecture).json")
  let text = String(bytes: readBytes(path))
  let subnet = try Architecture(json: JSONValue(parsing: text), source: path, fitting: config)
  var tensors: [TensorRole: TensorView] = [:]
  for tensor in SubnetLayout(config: config, architecture: subnet).tensors {
    let slice = try tensor.slice { try source.tensor($0) }
    let count = tensor.shape.reduce(1, *)
    let storage = try TensorStorage(byteCount: count * 4) { bytes in
      _ = try slice.write(to: bytes.bindMemory(to: Float.self))
    }
    tensors[tensor.role] = TensorView(elementType: .float32, shape: tensor.shape, storage: storage)
  }
  let all = tensors
  let tensorSource = TensorSource { role throws(ModelFault) in
    guard let view = all[role] else { throw .unsupported(path: checkpoint, what: "no tensor \(role)") }
    return view
  }
  return try Model(
    path: checkpoint, shape: EncoderShape(config: config, architecture: subnet), options: options,
    source: tensorSource)
}

extension String {
  init(bytes: [UInt8]) { self.init(decoding: bytes, as: UTF8.self) }
}
