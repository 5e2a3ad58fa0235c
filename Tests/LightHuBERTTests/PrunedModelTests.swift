import Glibc
import LHKernels
import LHModel
import LHTensors
import LHTestSupport
import LightHuBERT
import Testing

/// Models that no supernet has: layers without attention or FFN, no position convolution, compared with their
/// definition.
@Suite struct PrunedModelTests {
  @Test(arguments: [NormPlacement.after, .before], [false, true])
  func `A layer without a part computes the rest`(placement: NormPlacement, hasPosition: Bool) throws {
    let shape = Self.shape(placement, hasPosition: hasPosition)
    let weights = RandomWeights(shape)
    let samples = Array(goldenSamples("speech-b").prefix(3000))
    let model = try Model(path: "pruned", shape: shape, options: .init(), source: weights.source)
    #expect(model.config == nil && model.architecture == nil && model.layerCount == 4 && model.width == 64)
    let features = try model.features(of: samples, layers: .all, layerZero: .encoderInput)
    let expected = PlainEncoder(shape: shape, weights: weights).hiddenStates(features)
    for (layer, state) in expected.enumerated() {
      let size = features.frameCount * features.embedDim
      for (index, value) in state.joined().enumerated() {
        #expect(abs(Double(features.values[(layer + 1) * size + index]) - value) < 2e-4, "layer \(layer + 1)")
      }
    }
  }

  @Test func `What the runtime does not compute is an error`() throws {
    var grouped = Self.shape(.after, hasPosition: false)
    grouped.convolutions[1].norm = .group
    var layered = Self.shape(.after, hasPosition: true)
    layered.position?.kind = .layered
    var unfit = Self.shape(.after, hasPosition: true)
    unfit.position?.groups = 5
    for shape in [grouped, layered, unfit] {
      #expect(throws: ModelFault.self) {
        try Model(path: "pruned", shape: shape, options: .init(), source: RandomWeights(shape).source)
      }
    }
  }

  private static func shape(_ placement: NormPlacement, hasPosition: Bool) -> EncoderShape {
    let attention = AttentionShape(heads: 2, headSize: 64)
    return EncoderShape(
      normalizesWaveform: true,
      convolutions: [
        ConvolutionShape(inputChannels: 1, channels: 24, kernel: 10, stride: 5, norm: .layer),
        ConvolutionShape(inputChannels: 24, channels: 40, kernel: 3, stride: 2, hasBias: true, norm: .layer),
        ConvolutionShape(inputChannels: 40, channels: 40, kernel: 8, stride: 8, norm: .layer),
      ],
      projectsFeatures: true, width: 64,
      position: hasPosition
        ? PositionShape(
          kind: .weightNormed, groups: 4, layers: [.init(inputChannels: 64, outputChannels: 64, kernel: 16)]) : nil,
      normPlacement: placement,
      layers: [
        LayerShape(attention: attention, feedForwardWidth: nil), LayerShape(attention: nil, feedForwardWidth: 90),
        LayerShape(attention: nil, feedForwardWidth: nil),
        LayerShape(attention: AttentionShape(heads: 1, headSize: 64), feedForwardWidth: 33),
      ])
  }
}

/// Weights that depend on the shape only.
private struct RandomWeights: Sendable {
  let tensors: [TensorRole: TensorView]

  init(_ shape: EncoderShape) {
    var numbers = SeededNumbers(seed: 11)
    var tensors: [TensorRole: TensorView] = [:]
    for tensor in EncoderLayout(shape).tensors {
      let length = Float(tensor.shape.dropFirst().reduce(1, *))
      let scale = tensor.shape.count == 1 ? 0.3 : (3 / length).squareRoot()
      var offset: Float = 0
      if case .weight = tensor.role, tensor.shape.count == 1 { offset = 1 }
      let values = numbers.floats(tensor.count).map { $0 * scale + offset }
      let storage = TensorStorage(byteCount: 4 * values.count) { (bytes) throws(Never) in
        values.withUnsafeBytes { bytes.copyMemory(from: $0) }
      }
      tensors[tensor.role] = TensorView(elementType: .float32, shape: tensor.shape, storage: storage)
    }
    self.tensors = tensors
  }

  var source: TensorSource {
    TensorSource { [tensors] role throws(ModelFault) in
      guard let view = tensors[role] else { throw .unsupported(path: "pruned", what: "no tensor \(role)") }
      return view
    }
  }

  func callAsFunction(_ role: TensorRole) -> [Double] {
    guard let view = tensors[role] else { return [] }
    return [Double](unsafeUninitializedCapacity: view.count) { target, count in
      if let start = target.baseAddress { view.copy(to: start) }
      count = view.count
    }
  }
}

/// The layers of an encoder by their definition, in double precision, from the hidden states before the first layer.
private struct PlainEncoder {
  let shape: EncoderShape
  let weights: RandomWeights

  /// The hidden states 1...L.
  func hiddenStates(_ features: Features) -> [[[Double]]] {
    let width = features.embedDim
    var x = (0..<features.frameCount).map { frame in
      (0..<width).map { Double(features.values[frame * width + $0]) }
    }
    return shape.layers.indices.map { layer in
      x = run(layer, x)
      return x
    }
  }

  private func run(_ index: Int, _ x: [[Double]]) -> [[Double]] {
    let layer = shape.layers[index]
    let isBefore = shape.normPlacement == .before
    var x = x
    if let attention = layer.attention {
      let input = isBefore ? norm(.attentionNorm(index), x) : x
      x = sum(x, attend(attention, index, input))
    }
    if !isBefore { x = norm(.attentionNorm(index), x) }
    if layer.feedForwardWidth != nil {
      let input = isBefore ? norm(.feedForwardNorm(index), x) : x
      let inner = linear(.feedForwardInput(index), input).map { $0.map { $0 * 0.5 * (1 + erf($0 / 2.0.squareRoot())) } }
      x = sum(x, linear(.feedForwardOutput(index), inner))
    }
    return isBefore ? x : norm(.feedForwardNorm(index), x)
  }

  private func attend(_ attention: AttentionShape, _ index: Int, _ x: [[Double]]) -> [[Double]] {
    let (q, k, v) = (linear(.query(index), x), linear(.key(index), x), linear(.value(index), x))
    var output = q
    for head in 0..<attention.heads {
      let columns = head * attention.headSize..<(head + 1) * attention.headSize
      for (frame, query) in q.enumerated() {
        let scores = k.map { key in
          columns.reduce(0) { $0 + query[$1] * key[$1] } / Double(attention.headSize).squareRoot()
        }
        let largest = scores.max() ?? 0
        let powers = scores.map { exp($0 - largest) }
        let total = powers.reduce(0, +)
        for column in columns { output[frame][column] = zip(powers, v).reduce(0) { $0 + $1.0 * $1.1[column] } / total }
      }
    }
    return linear(.attentionOutput(index), output)
  }

  private func linear(_ module: ModuleRole, _ x: [[Double]]) -> [[Double]] {
    let (matrix, bias) = (weights(.weight(module)), weights(.bias(module)))
    return x.map { row in
      bias.indices.map { output in
        bias[output] + row.indices.reduce(0) { $0 + matrix[output * row.count + $1] * row[$1] }
      }
    }
  }

  private func norm(_ module: ModuleRole, _ x: [[Double]]) -> [[Double]] {
    let (gain, bias) = (weights(.weight(module)), weights(.bias(module)))
    return x.map { row in
      let mean = row.reduce(0, +) / Double(row.count)
      let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(row.count)
      return row.indices.map { (row[$0] - mean) / (variance + 1e-5).squareRoot() * gain[$0] + bias[$0] }
    }
  }

  private func sum(_ x: [[Double]], _ y: [[Double]]) -> [[Double]] { zip(x, y).map { zip($0, $1).map(+) } }
}
