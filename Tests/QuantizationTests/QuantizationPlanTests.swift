import LHConfiguration
import LHModel
import LHQuantization
import LHSupernet
import LHSupernetCheckpoint
import LHTensorNames
import LHTestSupport
import Testing

@Suite struct QuantizationPlanTests {
  private static func config(_ mode: ExtractorMode, isPreNorm: Bool = false) -> ModelConfig {
    SmallSupernet.config {
      $0.extractorMode = mode
      $0.layerNormFirst = isPreNorm
      $0.convLayers = [
        ConvLayer(channels: 64, kernel: 10, stride: 5), ConvLayer(channels: 64, kernel: 3, stride: 2),
        ConvLayer(channels: 64, kernel: 2, stride: 2),
      ]
      $0.encoderLayers = 2
      $0.encoderEmbedDim = 128
      $0.encoderFFNDim = 256
      $0.encoderHeads = 2
    }
  }

  /// Statistics from norms whose gains are 1 but for some channels, and whose biases are 0.
  private func statistics(_ config: ModelConfig, gains: [String: [Int: Float]] = [:]) -> ActivationStatistics {
    let shape = EncoderShape(config: config, architecture: config.wholeArchitecture)
    let (tensors, names) = (EncoderLayout(shape).tensors, FairseqNames(shape))
    return ActivationStatistics(shape) { role in
      let (name, count) = (names.name(of: role), tensors.first { $0.role == role }?.count ?? 0)
      guard name.hasSuffix(".weight") else { return [Float](repeating: 0, count: count) }
      var vector = [Float](repeating: 1, count: count)
      for (channel, gain) in gains[String(name.dropLast(".weight".count))] ?? [:] { vector[channel] = gain }
      return vector
    }
  }

  private func outliers(_ statistics: ActivationStatistics) -> [QuantizableLayer: [Int]] {
    Dictionary(
      uniqueKeysWithValues: QuantizationPlan(statistics: statistics).decisions.map { ($0.layer, $0.outliers) })
  }

  @Test func `Loud channels of a norm are outliers of what it precedes`() {
    let conv = "feature_extractor.conv_layers"
    let found = outliers(
      statistics(
        Self.config(.layerNorm),
        gains: [
          "\(conv).0.2.1": [5: 8, 60: -8], "\(conv).1.2.1": [0: 8], "layer_norm": [7: 10],
          "encoder.layer_norm": [11: 9], "encoder.layers.0.self_attn_layer_norm": [99: 9],
          "encoder.layers.1.self_attn_layer_norm": [3: 9],
        ]))
    #expect(found[.convolution(1)] == [5, 60])
    #expect(found[.convolution(2)] == [0])
    #expect(found[.projection] == [7])
    // What is loud stays so on the residual stream.
    #expect(found[.attentionInput(0)] == [11])
    #expect(found[.feedForwardInput(0)] == [11, 99])
    #expect(found[.attentionInput(1)] == [11, 99])
    #expect(found[.feedForwardInput(1)] == [3, 11, 99])
    for layer in 0...1 { #expect(found[.attentionOutput(layer)] == [] && found[.feedForwardOutput(layer)] == []) }
  }

  @Test func `Norms before attention and FFN take the residual stream's loudness away`() {
    let found = outliers(
      statistics(
        Self.config(.groupNorm, isPreNorm: true),
        gains: [
          "feature_extractor.conv_layers.0.2": [1: 8], "encoder.layers.0.self_attn_layer_norm": [2: 8],
          "encoder.layers.1.final_layer_norm": [4: 8],
        ]))
    #expect(
      found.filter { !$0.value.isEmpty } == [
        .convolution(1): [1], .attentionInput(0): [2], .feedForwardInput(1): [4],
      ])
  }

  @Test func `At most one channel in sixteen is an outlier`() {
    let loud = Dictionary(uniqueKeysWithValues: (10..<20).map { ($0, Float($0)) })
    let found = outliers(statistics(Self.config(.layerNorm), gains: ["encoder.layer_norm": loud]))
    #expect(found[.attentionInput(0)] == Array(12..<20))
  }

  @Test func `Moments behind GELU are those of normal variables`() throws {
    let statistics = statistics(Self.config(.layerNorm), gains: ["feature_extractor.conv_layers.0.2.1": [0: 8]])
    let channels = try #require(statistics.layers.first).channels
    // Integrals of gelu(g z)^2 over the normal density, by a sum of 400,000 terms.
    #expect(abs(channels.meanSquares[1] - 0.42522148) < 1e-5)
    #expect(abs(channels.meanSquares[0] / 31.977019 - 1) < 1e-2)
  }

  @Test func `The estimate is near the error of a product`() throws {
    var numbers = SeededNumbers(seed: 6)
    let (frames, inputs, outputs, outliers) = (200, 96, 64, [10, 50])
    func normal() -> Float {
      (0..<12).reduce(Float(0)) { sum, _ in sum + Float.random(in: -0.5...0.5, using: &numbers) }
    }
    let x = (0..<frames).map { _ in (0..<inputs).map { normal() * (outliers.contains($0) ? 12 : 1) } }
    let weights = (0..<outputs * inputs).map { _ in normal() }
    let columns = (0..<inputs).map { channel in x.map { Double($0[channel]) } }
    let statistics = ChannelStatistics(
      meanSquares: columns.map { $0.reduce(0) { $0 + $1 * $1 } / Double(frames) },
      minima: columns.map { $0.min() ?? 0 },
      maxima: columns.map { $0.max() ?? 0 }, frameCount: frames)
    #expect(statistics.outliers == outliers)
    for outliers in [outliers, []] {
      let layout = Int8Layout(shape: [outputs, inputs], outliers: outliers)
      var errors = ChannelErrors(channelCount: inputs)
      layout.addErrors(of: weights, count: outputs, to: &errors)
      let estimate = errors.relativeError(of: statistics, outliers: outliers)

      let (values, scales) = quantize(weights, layout)
      let restored = dequantize(values, scales, layout)
      var (error, power) = (0.0, 0.0)
      for row in x {
        let rounded = quantizedRow(row, outliers: outliers)
        for output in 0..<outputs {
          var (exact, narrow) = (0.0, 0.0)
          for channel in 0..<inputs {
            exact += Double(row[channel]) * Double(weights[output * inputs + channel])
            narrow += rounded[channel] * Double(restored[output * inputs + channel])
          }
          error += (narrow - exact) * (narrow - exact)
          power += exact * exact
        }
      }
      let measured = (error / power).squareRoot()
      #expect(abs(estimate / measured - 1) < 0.3, "\(outliers): \(estimate), measured \(measured)")
    }
  }

  /// A row rounded to 255 steps of its range, outliers apart.
  private func quantizedRow(_ row: [Float], outliers: [Int]) -> [Double] {
    var rounded = [Double](repeating: 0, count: row.count)
    for isOutlier in [false, true] {
      let group = row.indices.filter { outliers.contains($0) == isOutlier }
      let low = min(0, group.map { row[$0] }.min() ?? 0)
      let step = Double(max(0, group.map { row[$0] }.max() ?? 0) - low) / 255
      for channel in group where step > 0 { rounded[channel] = (Double(row[channel]) / step).rounded() * step }
    }
    return rounded
  }

  @Test func `A layer with too large an error stays in bfloat16`() {
    // A channel that is hardly ever heard has weights that all others share their scale with.
    let config = Self.config(.layerNorm)
    let statistics = statistics(config, gains: ["encoder.layers.1.self_attn_layer_norm": [7: 1e-3]])
    let bad = TensorRole.weight(.feedForwardInput(1))
    let shapes = Dictionary(
      uniqueKeysWithValues: SubnetLayout(config: config, architecture: config.wholeArchitecture).tensors.map {
        ($0.role, $0.shape)
      })
    func plan(_ maxError: Double) -> QuantizationPlan {
      QuantizationPlan(statistics: statistics, maxError: maxError) { role, outliers in
        let layout = Int8Layout(shape: shapes[role] ?? [], outliers: outliers)
        var numbers = SeededNumbers(seed: 7)
        var weights = numbers.floats(layout.outputs * layout.rowCount)
        if role == bad { for output in 0..<layout.outputs { weights[output * layout.rowCount + 7] = 100 } }
        var errors = ChannelErrors(channelCount: layout.inputs)
        layout.addErrors(of: weights, count: layout.outputs, to: &errors)
        return errors
      }
    }
    let normal = plan(QuantizationPlan.defaultMaxError)
    #expect(normal.decisions.filter { !$0.isInt8 }.map(\.layer) == [.feedForwardInput(1)])
    #expect((normal[tensor: bad]?.estimatedError ?? 0) > 0.1)
    #expect(normal.decisions.allSatisfy { ($0.estimatedError ?? 0) > 0.001 })
    #expect(plan(10).decisions.allSatisfy { $0.isInt8 })
    #expect(plan(0).decisions.allSatisfy { !$0.isInt8 })
    #expect(plan(0.01).decisions == plan(0.01).decisions)
  }

  @Test func `Every quantisable tensor has a decision, in the forward pass's order`() {
    let config = Self.config(.layerNorm)
    let shape = EncoderShape(config: config, architecture: config.wholeArchitecture)
    let tensors = QuantizableLayer.all(shape).flatMap(\.tensors)
    let quantizable = EncoderLayout(shape).tensors.filter(\.isQuantizable).map(\.role)
    #expect(Set(tensors) == Set(quantizable) && tensors.count == quantizable.count)
    let plan = QuantizationPlan(statistics: statistics(config))
    #expect(tensors.allSatisfy { plan[tensor: $0] != nil })
    #expect(plan[tensor: .weight(.featureNorm)] == nil)
    for module in [ModuleRole.query(1), .key(1), .value(1)] {
      #expect(plan[tensor: .weight(module)]?.layer == .attentionInput(1))
    }
  }
}
