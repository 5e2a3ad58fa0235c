import LHModel
import LHSubnetFile
import LHTestSupport

/// A `.lhb` file of a tiny encoder with random weights, so that every switch of a shape can be tried.
struct RandomModel {
  let path: String
  let shape: EncoderShape

  init(
    _ shape: EncoderShape, of family: ModelFamily = .huBERT, in folder: String, name: String = "model.lhb"
  ) throws {
    path = "\(folder)/\(name)"
    self.shape = shape
    let writer = SubnetWriter(
      .whole(WholeModel(family: family, container: "made by a test", shape: shape)),
      provenance: Provenance(
        source: "test.pt", sourceSize: 0, tool: "test 1.0", date: "2026-01-31T12:00:00Z", weights: .f32))
    _ = try writer.write(to: path, sourceDigest: { Provenance.unknownDigest }) { tensor, target in
      var numbers = SeededNumbers(
        seed: UInt64(tensor.role.description.utf8.reduce(7) { $0 &* 31 &+ Int($1) }.magnitude))
      let fanIn = tensor.shape.dropFirst().reduce(1, *)
      let isGain = tensor.shape.count == 1 && tensor.role == .weight(tensor.role.module)
      for (index, value) in numbers.floats(tensor.count).enumerated() {
        target[index] = isGain ? 1 + value / 4 : value / Float(fanIn).squareRoot()
      }
      return 0
    }
  }

  /// Two convolutions, a width of 16, two heads, `layers` layers, everything else as `change` has it.
  static func shape(layers: Int = 2, _ change: (inout EncoderShape) -> Void = { _ in }) -> EncoderShape {
    var shape = EncoderShape(
      normalizesWaveform: false,
      convolutions: [
        ConvolutionShape(inputChannels: 1, channels: 8, kernel: 10, stride: 5, norm: .group),
        ConvolutionShape(inputChannels: 8, channels: 6, kernel: 3, stride: 2),
      ],
      projectsFeatures: true, width: 16,
      position: PositionShape(
        kind: .weightNormed, groups: 4,
        layers: [PositionShape.Layer(inputChannels: 16, outputChannels: 16, kernel: 6)]),
      normPlacement: .after,
      layers: (0..<layers).map { _ in
        LayerShape(attention: AttentionShape(heads: 2, headSize: 8), feedForwardWidth: 20)
      })
    change(&shape)
    return shape
  }

  /// The convolutions with layer norms and biases.
  static func useLayerNorms(_ shape: inout EncoderShape) {
    for index in shape.convolutions.indices {
      shape.convolutions[index].norm = .layer
      shape.convolutions[index].hasBias = true
    }
  }
}

extension TensorRole {
  fileprivate var description: String { "\(self)" }
}
