import LHModel
import LHTensorNames

extension HuggingFaceForm {
  /// The tensors, in the order of the forward pass.
  var tensors: [ExportTensor] {
    var tensors = extractor + projection + position + norm(.encoderNorm, shape.width)
    if case .gatedRelative(let bias) = shape.attentionBias {
      tensors.append(whole(.weight(.relativeBias), [bias.buckets, bias.heads]))
    }
    for (index, layer) in shape.layers.enumerated() {
      tensors += attention(layer.attention, index)
      tensors += norm(.attentionNorm(index), shape.width)
      tensors += feedForward(layer.feedForwardWidth, index)
      tensors += norm(.feedForwardNorm(index), shape.width)
      if let width = layer.adapterWidth {
        tensors += norm(.adapterNorm(index), shape.width)
        tensors += linear(.adapterInput(index), width, shape.width)
        tensors += linear(.adapterOutput(index), shape.width, width)
      }
    }
    // What masked frames are while a model is trained; the others have none where nothing is masked.
    if kind == .uniSpeechSAT { tensors.append(ExportTensor("masked_spec_embed", [shape.width], repeating: 0)) }
    if let width = shape.finalProjection, kind == .hubert {
      tensors += linear(.finalProjection, width, shape.width)
    }
    return tensors
  }

  private func whole(_ role: TensorRole, _ shape: [Int]) -> ExportTensor {
    ExportTensor(names.name(of: role), shape, role)
  }

  private func norm(_ module: ModuleRole, _ width: Int) -> [ExportTensor] {
    [whole(.weight(module), [width]), whole(.bias(module), [width])]
  }

  private func linear(_ module: ModuleRole, _ output: Int, _ input: Int) -> [ExportTensor] {
    [whole(.weight(module), [output, input]), whole(.bias(module), [output])]
  }

  private var extractor: [ExportTensor] {
    shape.convolutions.enumerated().flatMap { index, layer in
      var tensors = [whole(.weight(.convolution(index)), [layer.channels, layer.inputChannels, layer.kernel])]
      if layer.hasBias {
        tensors.append(whole(.bias(.convolution(index)), [layer.channels]))
      } else if hasConvolutionBiases {
        tensors.append(
          ExportTensor(names.name(of: .bias(.convolution(index))), [layer.channels], repeating: 0))
      }
      return layer.norm == nil ? tensors : tensors + norm(.convolutionNorm(index), layer.channels)
    }
  }

  private var projection: [ExportTensor] {
    let tensors = shape.normalizesFeatures ? norm(.featureNorm, shape.extractorChannels) : []
    if shape.projectsFeatures {
      return tensors + linear(.featureProjection, shape.width, shape.extractorChannels)
    }
    // transformers always projects.
    let width = shape.width
    let identity = ExportTensor(names.name(of: .weight(.featureProjection)), [width, width]) { _ in
      (0..<width * width).map { $0 / width == $0 % width ? 1 : 0 }
    }
    return tensors + [identity, ExportTensor(names.name(of: .bias(.featureProjection)), [width], repeating: 0)]
  }

  /// The position convolution: by weight norm, or plain.
  private var position: [ExportTensor] {
    guard let position = shape.position else { return [] }
    var tensors: [ExportTensor] = []
    if position.kind == .batchNormed {
      let place = String(names.name(of: .weight(.positionNorm)).dropLast("weight".count))
      tensors += norm(.positionNorm, shape.width)
      // A gain over a deviation of 1: the sum of variance and epsilon is 1 in float32, and rounds to it in float64.
      tensors += [
        ExportTensor(place + "running_mean", [shape.width], repeating: 0),
        ExportTensor(place + "running_var", [shape.width], repeating: Float(1 - 1e-5)),
        ExportTensor(place + "num_batches_tracked", [], repeating: 0, isCounter: true),
      ]
    }
    for (index, layer) in position.layers.enumerated() {
      let role = TensorRole.weight(.position(index))
      let size = [layer.outputChannels, layer.inputChannels / position.groups, layer.kernel]
      if position.kind == .weightNormed {
        let place = String(names.name(of: role).dropLast("weight".count)) + "parametrizations.weight.original"
        tensors += [
          ExportTensor(place + "0", [1, 1, layer.kernel]) { PositionTaps.lengths(try $0(role), layer.kernel) },
          ExportTensor(place + "1", size) { PositionTaps.directions(try $0(role), layer.kernel) },
        ]
      } else {
        tensors.append(whole(role, size))
      }
      tensors.append(whole(.bias(.position(index)), [layer.outputChannels]))
    }
    return tensors
  }

  // MARK: Layers, filled up where they are smaller than others

  private func attention(_ attention: AttentionShape?, _ layer: Int) -> [ExportTensor] {
    let (width, headSize) = (shape.width, shape.width / sizes.heads)
    // A head is where the bias of attention has it. Those that are not there have values of zero, which nothing takes.
    let heads = attention.map { $0.biasHeads ?? Array(0..<$0.heads) } ?? []
    func expanded(_ module: ModuleRole, _ kind: (ModuleRole) -> TensorRole, rowSize: Int, _ shape: [Int])
      -> ExportTensor
    {
      let role = kind(module)
      guard heads.count < sizes.heads else { return whole(role, shape) }
      return ExportTensor(names.name(of: role), shape) { weights in
        var values = [Float](repeating: 0, count: shape.reduce(1, *))
        guard !heads.isEmpty else { return values }
        let found = try weights(role)
        for (from, to) in heads.enumerated() {
          for index in 0..<headSize * rowSize {
            values[to * headSize * rowSize + index] = found[from * headSize * rowSize + index]
          }
        }
        return values
      }
    }
    var tensors: [ExportTensor] = []
    for module in [ModuleRole.query(layer), .key(layer), .value(layer)] {
      tensors.append(expanded(module, TensorRole.weight, rowSize: width, [width, width]))
      tensors.append(expanded(module, TensorRole.bias, rowSize: 1, [width]))
    }
    tensors += gate(layer, headSize, isThere: attention != nil)
    let output = TensorRole.weight(.attentionOutput(layer))
    guard heads.count < sizes.heads else { return tensors + linear(.attentionOutput(layer), width, width) }
    tensors.append(
      ExportTensor(names.name(of: output), [width, width]) { weights in
        var values = [Float](repeating: 0, count: width * width)
        guard !heads.isEmpty else { return values }
        let found = try weights(output)
        let inner = heads.count * headSize
        for row in 0..<width {
          for (from, to) in heads.enumerated() {
            for index in 0..<headSize {
              values[row * width + to * headSize + index] = found[row * inner + from * headSize + index]
            }
          }
        }
        return values
      })
    let bias = TensorRole.bias(.attentionOutput(layer))
    tensors.append(
      heads.isEmpty
        ? ExportTensor(names.name(of: bias), [width], repeating: 0) : whole(bias, [width]))
    return tensors
  }

  /// The gate of WavLM's bias.
  private func gate(_ layer: Int, _ headSize: Int, isThere: Bool) -> [ExportTensor] {
    guard case .gatedRelative(let bias) = shape.attentionBias else { return [] }
    let parts: [(role: TensorRole, shape: [Int])] = [
      (.weight(.biasGate(layer)), [GatedRelativeBias.gateWidth, headSize]),
      (.bias(.biasGate(layer)), [GatedRelativeBias.gateWidth]),
      (.weight(.biasGateScale(layer)), [1, bias.heads, 1, 1]),
    ]
    return parts.map { part in
      isThere ? whole(part.role, part.shape) : ExportTensor(names.name(of: part.role), part.shape, repeating: 0)
    }
  }

  private func feedForward(_ inner: Int?, _ layer: Int) -> [ExportTensor] {
    let (width, full) = (shape.width, sizes.feedForward)
    guard inner != full else {
      return linear(.feedForwardInput(layer), full, width) + linear(.feedForwardOutput(layer), width, full)
    }
    let there = inner ?? 0
    // Units that are not there give gelu(0) = relu(0) = 0, which columns of zeros take.
    func filled(_ role: TensorRole, _ shape: [Int]) -> ExportTensor {
      ExportTensor(names.name(of: role), shape) { weights in
        let count = shape.reduce(1, *)
        let found = there == 0 ? [] : try weights(role)
        return found + [Float](repeating: 0, count: count - found.count)
      }
    }
    let output = TensorRole.weight(.feedForwardOutput(layer))
    return [
      filled(.weight(.feedForwardInput(layer)), [full, width]),
      filled(.bias(.feedForwardInput(layer)), [full]),
      ExportTensor(names.name(of: output), [width, full]) { weights in
        var values = [Float](repeating: 0, count: width * full)
        guard there > 0 else { return values }
        let found = try weights(output)
        for row in 0..<width {
          for column in 0..<there { values[row * full + column] = found[row * there + column] }
        }
        return values
      },
      filled(.bias(.feedForwardOutput(layer)), [width]),
    ]
  }
}

/// The kernel of a position convolution [out, in of a group, tap] as weight norm keeps it: a length for each tap, times
/// a direction that is divided by its own length. The kernel itself serves as the direction.
enum PositionTaps {
  /// The length of each tap, over all channels, in double precision.
  static func lengths(_ kernel: [Float], _ taps: Int) -> [Float] {
    var squares = [Double](repeating: 0, count: taps)
    for (index, value) in kernel.enumerated() { squares[index % taps] += Double(value) * Double(value) }
    return squares.map { Float($0.squareRoot()) }
  }

  /// The kernel, with ones in taps of length 0, which would have no direction.
  static func directions(_ kernel: [Float], _ taps: Int) -> [Float] {
    let lengths = lengths(kernel, taps)
    guard lengths.contains(0) else { return kernel }
    return kernel.enumerated().map { lengths[$0.offset % taps] == 0 ? 1 : $0.element }
  }
}
