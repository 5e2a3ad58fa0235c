import LHModel
import Testing

@Suite struct EncoderLayoutTests {
  /// A model as pruning leaves them: uneven, with a layer without attention and one without FFN, and never a
  /// supernet's.
  static let pruned = EncoderShape(
    normalizesWaveform: false,
    convolutions: [
      ConvolutionShape(inputChannels: 1, channels: 5, kernel: 10, stride: 5, norm: .group),
      ConvolutionShape(inputChannels: 5, channels: 7, kernel: 3, stride: 2, hasBias: true),
    ],
    projectsFeatures: true, width: 12,
    position: PositionShape(
      kind: .batchNormed, groups: 3, layers: [.init(inputChannels: 12, outputChannels: 12, kernel: 8)]),
    normPlacement: .after,
    layers: [
      LayerShape(attention: nil, feedForwardWidth: 9),
      LayerShape(attention: AttentionShape(heads: 2, headSize: 5), feedForwardWidth: nil),
    ],
    finalProjection: 4)

  private let shapes = Dictionary(
    uniqueKeysWithValues: EncoderLayout(pruned).tensors.map { ($0.role, $0.shape) })

  @Test func `Every part has its tensors, and an absent one has none`() {
    let expected: [TensorRole: [Int]] = [
      .weight(.convolution(0)): [5, 1, 10], .weight(.convolutionNorm(0)): [5], .bias(.convolutionNorm(0)): [5],
      .weight(.convolution(1)): [7, 5, 3], .bias(.convolution(1)): [7],
      .weight(.featureNorm): [7], .bias(.featureNorm): [7],
      .weight(.featureProjection): [12, 7], .bias(.featureProjection): [12],
      .weight(.positionNorm): [12], .bias(.positionNorm): [12],
      .weight(.position(0)): [12, 4, 8], .bias(.position(0)): [12],
      .weight(.encoderNorm): [12], .bias(.encoderNorm): [12],
      .weight(.attentionNorm(0)): [12], .bias(.attentionNorm(0)): [12],
      .weight(.feedForwardInput(0)): [9, 12], .bias(.feedForwardInput(0)): [9],
      .weight(.feedForwardOutput(0)): [12, 9], .bias(.feedForwardOutput(0)): [12],
      .weight(.feedForwardNorm(0)): [12], .bias(.feedForwardNorm(0)): [12],
      .weight(.query(1)): [10, 12], .bias(.query(1)): [10], .weight(.key(1)): [10, 12], .bias(.key(1)): [10],
      .weight(.value(1)): [10, 12], .bias(.value(1)): [10],
      .weight(.attentionOutput(1)): [12, 10], .bias(.attentionOutput(1)): [12],
      .weight(.attentionNorm(1)): [12], .bias(.attentionNorm(1)): [12],
      .weight(.feedForwardNorm(1)): [12], .bias(.feedForwardNorm(1)): [12],
      .weight(.finalProjection): [4, 12], .bias(.finalProjection): [4],
    ]
    #expect(shapes == expected)
  }

  @Test func `Without a position convolution there is nothing of it`() {
    var shape = Self.pruned
    shape.position = nil
    #expect(EncoderLayout(shape).tensors.allSatisfy { $0.role.module.part != .position })
  }

  @Test func `The counts are those of the tensors`() {
    let count = ParameterCount(Self.pruned, maskEmbedding: 0)
    #expect(count.extractor == 50 + 10 + 105 + 7)
    #expect(count.projection == 14 + 84 + 12)
    #expect(count.positionConv == 24 + 384 + 12)
    #expect(count.finalProjection == 52)
    #expect(count.total == shapes.values.reduce(0) { $0 + $1.reduce(1, *) })

    // 65 samples give 12 frames, and then 5.
    let work = MultiplyAccumulates(Self.pruned, samples: 65)
    #expect(work.extractor == 12 * 5 * 10 + 5 * 7 * 5 * 3)
    #expect(work.projection == 5 * 84 && work.positionConv == 5 * 384 && work.finalProjection == 5 * 48)
    #expect(work.attentionProjections == 5 * 4 * 120 && work.ffn == 5 * 2 * 108)
    #expect(work.attention == 2 * 10 * 25)
  }
}
