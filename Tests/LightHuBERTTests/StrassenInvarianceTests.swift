import LHKernels
import LHModel
import LHSupernet
import LHSupernetCheckpoint
import LHTensors
import LHTestSupport
import LightHuBERT
import Testing

/// A model and an utterance that are large enough for Strassen's algorithm, in the extractor and in the encoder: the
/// golden ones are not.
@Suite struct StrassenInvarianceTests {
  /// 3 seconds of noise that swells: 149 frames.
  static let samples: [Float] = {
    var numbers = SeededNumbers(seed: 3)
    let count = 48_000
    return numbers.floats(count).enumerated().map { $1 * (0.1 + 0.9 * Float($0) / Float(count)) }
  }()

  @Test(arguments: [ExtractorMode.layerNorm, .groupNorm])
  func threadsDoNotChangeResults(_ mode: ExtractorMode) throws {
    let model = try largerModel(mode)
    let alone = try Session(model, threadCount: 1).features(of: Self.samples, layers: .all)
    for threadCount in [2, 3, 7] {
      let shared = try Session(model, threadCount: threadCount).features(of: Self.samples, layers: .all)
      #expect(shared == alone, "\(threadCount) threads")
    }
  }

  @Test(arguments: [ExtractorMode.layerNorm, .groupNorm])
  func blockSizesDoNotChangeResults(_ mode: ExtractorMode) throws {
    let session = Session(try largerModel(mode), threadCount: 1)
    let usual = try session.features(of: Self.samples, layers: .all)
    for (convFrames, queries) in [(1, 1), (7, 5), (32, 48), (1000, 12)] {
      session.blocking.convFrames = convFrames
      session.blocking.queries = queries
      let cut = try session.features(of: Self.samples, layers: .all)
      #expect(cut == usual, "\(convFrames) frames of the extractor, \(queries) queries at a time")
    }
  }

  /// Each is within half of this of the truth.
  @Test(arguments: [ExtractorMode.layerNorm, .groupNorm])
  func agreesWithOpenBLAS(_ mode: ExtractorMode) throws {
    let own = try largerModel(mode).features(of: Self.samples, layers: .all)
    let direct = try largerModel(mode, RuntimeOptions(gemm: .openBLAS)).features(of: Self.samples, layers: .all)
    expectClose("hidden states", own.values, direct.values, tolerance: 2e-5)
    #expect(own != direct)
  }

  /// A model with made-up weights, whose activations keep about the same size from layer to layer.
  private func largerModel(_ mode: ExtractorMode, _ options: RuntimeOptions = .init()) throws -> Model {
    var config = ModelConfig()
    config.extractorMode = mode
    config.convLayers = ConvLayer.published.map { ConvLayer(channels: 128, kernel: $0.kernel, stride: $0.stride) }
    config.encoderLayers = 2
    config.encoderEmbedDim = 256
    config.encoderFFNDim = 512
    config.encoderHeads = 4
    let architecture = config.wholeArchitecture
    var numbers = SeededNumbers(seed: 4)
    var tensors: [TensorRole: TensorView] = [:]
    for tensor in SubnetLayout(config: config, architecture: architecture).tensors {
      // Gains are about 1, biases small, and weights divided by the root of the length of their sums.
      let length = Float(tensor.shape.dropFirst().reduce(1, *))
      let isGain = tensor.shape.count == 1 && tensor.name.hasSuffix(".weight")
      let scale = tensor.shape.count == 1 ? 0.1 : (3 / length).squareRoot()
      let values = numbers.floats(tensor.count).map { $0 * scale + (isGain ? 1 : 0) }
      let storage = TensorStorage(byteCount: 4 * values.count) { (bytes) throws(Never) in
        values.withUnsafeBytes { bytes.copyMemory(from: $0) }
      }
      tensors[tensor.role] = TensorView(elementType: .float32, shape: tensor.shape, storage: storage)
    }
    let all = tensors
    let source = TensorSource { role throws(ModelFault) in
      guard let view = all[role] else { throw .unsupported(path: "noise", what: "no tensor \(role)") }
      return view
    }
    return try Model(
      path: "noise", shape: EncoderShape(config: config, architecture: architecture), options: options, source: source)
  }
}
