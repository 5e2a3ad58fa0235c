import LHModel
import LHONNX

extension EncoderGraph {
  /// The waveform [1, samples], normalised if the model wants that.
  mutating func waveform(_ samples: String) -> String {
    guard shape.normalizesWaveform else { return samples }
    let (centred, variance) = centred(samples, leading: [1], part: "waveform")
    let epsilon = builder.constant(Float(shape.waveformEpsilon))
    return builder.inPart("waveform") { builder in
      builder.node("Div", centred, builder.node("Sqrt", builder.node("Add", variance, epsilon)))
    }
  }

  /// The extractor's channels, [1, channels, frames].
  mutating func extractor(of samples: String) -> String {
    var x = builder.node("Unsqueeze", samples, builder.constant([1]))
    for (index, layer) in shape.convolutions.enumerated() {
      let kernel = weight(.weight(.convolution(index)), [layer.channels, layer.inputChannels, layer.kernel])
      let bias = layer.hasBias ? weight(.bias(.convolution(index)), [layer.channels]) : nil
      let attributes = [
        ONNXAttribute("kernel_shape", .integers([layer.kernel])), ONNXAttribute("strides", .integers([layer.stride])),
      ]
      x = builder.inPart("convolution_\(index)") { builder in
        bias.map { builder.node("Conv", x, kernel, $0, with: attributes) }
          ?? builder.node("Conv", x, kernel, with: attributes)
      }
      switch layer.norm {
      case .layer:
        x = transposed(
          norm(transposed(x), .convolutionNorm(index), width: layer.channels, part: "convolution_norm_\(index)"))
      case .group:
        x = groupNorm(x, .convolutionNorm(index), channels: layer.channels, part: "convolution_norm_\(index)")
      case nil: break
      }
      x = gelu(x)
    }
    guard shape.scalesChannels else { return x }
    return builder.node("Mul", x, weight(.weight(.channelScale), [shape.extractorChannels, 1]))
  }

  /// The projected features, [1, frames, width], of the extractor's channels.
  mutating func projection(of channels: String) -> String {
    var x = transposed(channels)
    if shape.normalizesFeatures {
      x = norm(x, .featureNorm, width: shape.extractorChannels, part: "feature_norm")
    }
    guard shape.projectsFeatures else { return x }
    return linear(
      x, .featureProjection, output: shape.width, input: shape.extractorChannels, part: "feature_projection")
  }

  /// The features with the position convolution added.
  mutating func positioned(_ x: String) -> String {
    guard let position = shape.position else { return x }
    var y = transposed(x)
    if position.kind == .batchNormed {
      let gain = weight(.weight(.positionNorm), [shape.width, 1])
      let bias = weight(.bias(.positionNorm), [shape.width, 1])
      y = builder.inPart("position_norm") { builder in builder.node("Add", builder.node("Mul", y, gain), bias) }
    }
    for (index, layer) in position.layers.enumerated() {
      let kernel = weight(
        .weight(.position(index)), [layer.outputChannels, layer.inputChannels / position.groups, layer.kernel])
      let bias = weight(.bias(.position(index)), [layer.outputChannels])
      let half = layer.kernel / 2
      // Zeros on both sides; the frame that an even kernel gives too many is not computed at all.
      let padding = [half, layer.kernel % 2 == 0 ? half - 1 : half]
      y = builder.inPart("position_\(index)") { builder in
        builder.node(
          "Conv", y, kernel, bias,
          with: [
            ONNXAttribute("group", .integer(position.groups)),
            ONNXAttribute("kernel_shape", .integers([layer.kernel])),
            ONNXAttribute("pads", .integers(padding)),
          ])
      }
      if position.kind == .layered {
        let ones = builder.constant([Float](repeating: 1, count: layer.outputChannels), [layer.outputChannels])
        y = transposed(y)
        y = builder.node(
          "LayerNormalization", y, ones,
          with: .axis(-1) + [ONNXAttribute("epsilon", .float(EncoderGraph.epsilon))])
        y = transposed(y)
      }
      y = gelu(y)
    }
    return builder.node("Add", x, transposed(y))
  }
}
