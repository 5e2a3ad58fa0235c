import Faults
import KernelTypes
import Kernels
import Subnet
import Synchronization
import Tensors

/// Packs the tensors of a subnet into the kernels' layouts, on the threads of a pool.
///
/// First all matrices are laid out and the work is noted down, then it is done in parallel: tensors are decoded and
/// transposed independently of each other.
final class WeightLoader {
  private let config: ModelConfig
  private let architecture: Architecture
  private let multiplier: MatrixMultiplier
  private let source: TensorSource
  /// Strassen's algorithm is used for convolutions whose inputs are normalised frame by frame, and whose outputs are at most
  /// this many samples apart, 1.25 ms: its error is relative to the largest of six outputs, so that quiet frames must not
  /// stand beside loud ones. These convolutions have four fifths of the extractor's work.
  private static let strassenHop = 20
  private var jobs: [() throws(ModelFault) -> Void] = []
  private let arena = MemoryArena()

  /// A loader.
  ///
  /// - Parameter source: Has the tensors of the subnet's layout in the layout's shapes.
  init(config: ModelConfig, architecture: Architecture, multiplier: MatrixMultiplier, source: TensorSource) {
    self.config = config
    self.architecture = architecture
    self.multiplier = multiplier
    self.source = source
  }

  /// Loads everything.
  func load(on pool: WorkerPool) throws(ModelFault) -> Weights {
    let weights = Weights(
      convs: convolutions(), featureNorm: norm("layer_norm", width: config.convChannels), projection: projection(),
      position: positionLayers(), encoderNorm: norm("encoder.layer_norm", width: architecture.embedDim),
      layers: (0..<architecture.layerCount).map(layer))
    let fault = Mutex<ModelFault?>(nil)
    pool.run(jobs.count) { index, _ in
      do throws(ModelFault) {
        try jobs[index]()
      } catch {
        fault.withLock { $0 = $0 ?? error }
      }
    }
    jobs = []
    if let fault = fault.withLock({ $0 }) { throw fault }
    return weights
  }

  // MARK: Parts of the model

  private func convolutions() -> [ConvWeights] {
    var inputChannels = 1
    var hop = 1
    return config.convLayers.enumerated().map { index, shape in
      defer { inputChannels = shape.channels }
      hop *= shape.stride
      let name = "feature_extractor.conv_layers.\(index)"
      let depth = shape.kernel * inputChannels
      let isFolded = index == 0 && config.extractorMode == .groupNorm
      let rows = isFolded ? vector(name + ".0.weight", count: shape.channels * depth) : nil
      let bias = isFolded && config.convBias ? vector(name + ".0.bias", count: shape.channels) : nil
      let taps: ConvWeights.Taps
      // With few input channels the sums of frames would cost more than the products that they save.
      if shape.kernel == 3 && shape.stride == 2 && inputChannels >= 16 && multiplier.backend == .packed {
        taps = .fast(
          fastConvolution(
            name + ".0", inputChannels: inputChannels, channels: shape.channels,
            usesStrassen: config.extractorMode == .layerNorm && hop <= WeightLoader.strassenHop))
      } else {
        let matrix = multiplier.matrix(
          depth: depth, columns: shape.channels, hasBias: isFolded || config.convBias, in: arena)
        taps = .direct(matrix)
        if !isFolded {
          packConvolution(
            name + ".0", into: [matrix], inputChannels: inputChannels, kernel: shape.kernel, hasBias: config.convBias)
        }
      }
      let normName: String? =
        switch config.extractorMode {
        case .layerNorm: name + ".2.1"
        case .groupNorm: index == 0 ? name + ".2" : nil
        }
      return ConvWeights(
        shape: shape, inputChannels: inputChannels, taps: taps, rows: rows, bias: bias,
        norm: normName.map { norm($0, width: shape.channels) })
    }
  }

  private func projection() -> PackedMatrix? {
    guard config.convChannels != config.encoderEmbedDim else { return nil }
    let matrix = multiplier.matrix(depth: config.convChannels, columns: architecture.embedDim, hasBias: true, in: arena)
    pack("post_extract_proj", into: matrix)
    return matrix
  }

  private func positionLayers() -> [PositionWeights] {
    let layout = SubnetLayout(config: config, architecture: architecture)
    return (0..<config.positionDepth).map { index in
      let name = config.positionDepth == 1 ? "encoder.pos_conv.0" : "encoder.pos_conv.\(index).0"
      guard let shape = layout.tensors.first(where: { $0.name == name + ".weight" })?.shape else {
        preconditionFailure("the layout has every layer of the position convolution")
      }
      let outputPerGroup = shape[0] / config.positionGroups
      // A spectrum has 256 floats, however few taps it is of: for shorter kernels that is too much memory.
      if multiplier.backend == .packed && outputPerGroup == shape[1]
        && (64...FourierConvolution.longestKernel).contains(shape[2])
      {
        return .fourier(fourierConvolution(name, width: shape[1], kernel: shape[2]))
      }
      let groups = (0..<config.positionGroups).map { _ in
        multiplier.matrix(depth: shape[1] * shape[2], columns: outputPerGroup, hasBias: true, in: arena)
      }
      packConvolution(name, into: groups, inputChannels: shape[1], kernel: shape[2], hasBias: true)
      return .direct(
        GroupedConvWeights(
          kernel: shape[2], inputPerGroup: shape[1], outputPerGroup: outputPerGroup, groups: groups))
    }
  }

  private func layer(_ index: Int) -> LayerWeights {
    let embedDim = architecture.embedDim
    let attentionDim = architecture.attentionDims[index]
    let name = "encoder.layers.\(index)"
    let qkv = multiplier.matrix(depth: embedDim, columns: 3 * attentionDim, hasBias: true, in: arena)
    // Scaling the queries by a power of two here is exact, and saves a pass later.
    let scale = 1 / Float(Architecture.headSize).squareRoot()
    pack(name + ".self_attn.q_proj", into: qkv, scale: scale)
    pack(name + ".self_attn.k_proj", into: qkv, atColumn: attentionDim)
    pack(name + ".self_attn.v_proj", into: qkv, atColumn: 2 * attentionDim)
    let output = multiplier.matrix(depth: attentionDim, columns: embedDim, hasBias: true, in: arena)
    pack(name + ".self_attn.out_proj", into: output)
    let fc1 = multiplier.matrix(depth: embedDim, columns: architecture.ffnDims[index], hasBias: true, in: arena)
    pack(name + ".fc1", into: fc1)
    let fc2 = multiplier.matrix(depth: architecture.ffnDims[index], columns: embedDim, hasBias: true, in: arena)
    pack(name + ".fc2", into: fc2)
    return LayerWeights(
      heads: architecture.headCounts[index], window: architecture.windows[index], qkv: qkv, output: output,
      attentionNorm: norm(name + ".self_attn_layer_norm", width: embedDim), fc1: fc1, fc2: fc2,
      finalNorm: norm(name + ".final_layer_norm", width: embedDim))
  }

  // MARK: Tensors

  private func norm(_ name: String, width: Int) -> NormWeights {
    NormWeights(gain: vector(name + ".weight", count: width), bias: vector(name + ".bias", count: width))
  }

  /// All elements of a tensor as they are.
  private func vector(_ name: String, count: Int) -> AlignedBuffer {
    let buffer = AlignedBuffer(count: count, in: arena)
    jobs.append { [source] () throws(ModelFault) in
      let view = try source.tensor(name)
      view.copy(to: buffer.start, strides: view.rowMajorStrides)
    }
    return buffer
  }

  /// A linear layer, [out, in], whose rows become columns from `first` on.
  private func pack(_ name: String, into matrix: PackedMatrix, atColumn first: Int = 0, scale: Float = 1) {
    let kernels = multiplier.kernels
    jobs.append { [source] () throws(ModelFault) in
      let depth = matrix.depth
      // As many rows at a time as fit the second-level cache beside their panel.
      try source.forEachPart(name + ".weight", max(16, 65_536 / depth / 16 * 16)) { rows, start in
        let isPacked =
          scale == 1
          && rows.withFloats {
            matrix.pack(rows: $0, count: rows.shape[0], stride: depth, atColumn: first + start, kernels: kernels)
          } != nil
        if isPacked { return }
        rows.withConvertedFloats { floats in
          if scale != 1 { kernels.scale(floats, rows.count, scale) }
          matrix.pack(rows: floats, count: rows.shape[0], stride: depth, atColumn: first + start, kernels: kernels)
        }
      }
      source.release(name + ".weight")
      let bias = try source.tensor(name + ".bias")
      bias.withConvertedFloats { values in
        if scale != 1 { kernels.scale(values, bias.count, scale) }
        matrix.setBias(values, count: bias.count, atColumn: first)
      }
    }
  }

  /// A convolution, [out, in, kernel], whose output channels are shared out among matrices in order. A matrix has the
  /// taps outside and the channels inside.
  private func packConvolution(
    _ name: String, into matrices: [PackedMatrix], inputChannels: Int, kernel: Int, hasBias: Bool
  ) {
    let kernels = multiplier.kernels
    jobs.append { [source] () throws(ModelFault) in
      let view = try source.tensor(name + ".weight")
      defer { source.release(name + ".weight") }
      let biasView = hasBias ? try source.tensor(name + ".bias") : nil
      let depth = inputChannels * kernel
      let many = 16
      let original = AlignedBuffer(count: many * depth)
      let reordered = AlignedBuffer(count: many * depth)
      var first = 0
      for matrix in matrices {
        for start in stride(from: 0, to: matrix.columns, by: many) {
          let count = min(many, matrix.columns - start)
          view.narrowed(axis: 0, to: first + start..<first + start + count)
            .copy(to: original.start, strides: [depth, kernel, 1])
          for row in 0..<count {
            kernels.transpose(
              original.start + row * depth, inputChannels, kernel, kernel, reordered.start + row * depth, inputChannels)
          }
          matrix.pack(rows: reordered.start, count: count, stride: depth, atColumn: start, kernels: kernels)
        }
        if let biasView {
          let values = AlignedBuffer(count: matrix.columns)
          biasView.narrowed(axis: 0, to: first..<first + matrix.columns).copy(to: values.start, strides: [1])
          matrix.setBias(values.start, count: matrix.columns, atColumn: 0)
        }
        first += matrix.columns
      }
    }
  }
}

extension WeightLoader {
  /// A convolution of kernel 3 and stride 2 in its fast form.
  fileprivate func fastConvolution(_ name: String, inputChannels: Int, channels: Int, usesStrassen: Bool)
    -> FastConvolution
  {
    let matrix = { [multiplier, arena] (hasBias: Bool) in
      multiplier.matrix(depth: inputChannels, columns: channels, hasBias: hasBias, in: arena)
    }
    let convolution = FastConvolution(
      w0: matrix(false), w1: matrix(false), w2: matrix(false), plus: matrix(config.convBias), minus: matrix(false),
      usesStrassen: usesStrassen, arena: arena)
    let kernels = multiplier.kernels
    let hasBias = config.convBias
    jobs.append { [source] () throws(ModelFault) in
      let view = try source.tensor(name + ".weight")
      defer { source.release(name + ".weight") }
      let many = 16
      let size = many * inputChannels
      let original = AlignedBuffer(count: 3 * size)
      let taps = AlignedBuffer(count: 5 * size)
      for first in stride(from: 0, to: channels, by: many) {
        let count = min(many, channels - first)
        view.narrowed(axis: 0, to: first..<first + count)
          .copy(to: original.start, strides: [3 * inputChannels, 3, 1])
        // [output, input, tap] to [tap][output, input]
        kernels.transpose(original.start, count * inputChannels, 3, 3, taps.start, size)
        for n in 0..<count * inputChannels {
          let w0 = taps.start[n]
          let w2 = taps.start[2 * size + n]
          taps.start[3 * size + n] = (w0 + w2) / 2
          taps.start[4 * size + n] = (w0 - w2) / 2
        }
        let matrices = [convolution.w0, convolution.w1, convolution.w2, convolution.plus, convolution.minus]
        for (index, matrix) in matrices.enumerated() {
          matrix.pack(
            rows: taps.start + index * size, count: count, stride: inputChannels, atColumn: first, kernels: kernels)
        }
      }
      if hasBias {
        let values = AlignedBuffer(count: channels)
        try source.tensor(name + ".bias").copy(to: values.start, strides: [1])
        convolution.plus.setBias(values.start, count: channels, atColumn: 0)
      }
      convolution.finishPacking(kernels: kernels)
    }
    return convolution
  }
}

extension WeightLoader {
  /// A layer of the position convolution as spectra.
  fileprivate func fourierConvolution(_ name: String, width: Int, kernel: Int) -> FourierConvolution {
    let kernels = multiplier.kernels
    let convolution = FourierConvolution(
      kernel: kernel, groups: config.positionGroups, width: width, kernels: kernels)
    jobs.append { [source] () throws(ModelFault) in
      let view = try source.tensor(name + ".weight")
      defer { source.release(name + ".weight") }
      // The filling keeps the outputs' taps from falling into the same lines of the cache.
      let outputStride = width * kernel + 16
      let taps = AlignedBuffer(count: width * outputStride)
      for group in 0..<convolution.groups {
        view.narrowed(axis: 0, to: group * width..<(group + 1) * width)
          .copy(to: taps.start, strides: [outputStride, kernel, 1])
        convolution.setTaps(taps.start, outputStride: outputStride, group: group, kernels: kernels)
      }
      try source.tensor(name + ".bias").copy(to: convolution.bias, strides: [1])
    }
    return convolution
  }
}

extension TensorView {
  /// Calls `body` with a copy of the elements as float32 numbers in row-major order.
  func withConvertedFloats(_ body: (UnsafeMutablePointer<Float>) -> Void) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: count) { floats in
      guard let start = floats.baseAddress else { return }
      copy(to: start, strides: rowMajorStrides)
      body(start)
    }
  }

  /// Strides of a target that holds the elements in row-major order.
  var rowMajorStrides: [Int] { TensorView.rowMajorStrides(shape) ?? [] }
}
