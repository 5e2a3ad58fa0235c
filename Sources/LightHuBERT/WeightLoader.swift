import LHKernelTypes
import LHKernels
import LHSupernet
import LHSystem
import LHTensors

/// Packs the tensors of a subnet into the kernels' layouts, on the threads of a pool.
///
/// First all matrices are laid out and the work is noted down, then it is done in parallel: tensors are decoded and
/// transposed independently of each other.
final class WeightLoader {
  let config: ModelConfig
  let architecture: Architecture
  let multiplier: MatrixMultiplier
  let source: TensorSource
  let formats: WeightFormats
  var jobs: [() throws(ModelFault) -> Void] = []
  let arena = MemoryArena()

  /// A loader.
  ///
  /// - Parameters:
  ///   - precision: Number formats of the products, not `auto`.
  ///   - source: Has the tensors of the subnet's layout in the layout's shapes.
  init(
    config: ModelConfig, architecture: Architecture, multiplier: MatrixMultiplier, precision: Precision,
    source: TensorSource
  ) {
    self.config = config
    self.architecture = architecture
    self.multiplier = multiplier
    self.source = source
    formats = WeightFormats(precision: precision, source: source)
  }

  /// Loads everything.
  func load(on pool: WorkerPool) throws(ModelFault) -> Weights {
    let weights: Weights
    do throws(OutOfMemory) {
      weights = try layOut()
      // The weights have their addresses by now.
      try MemoryLimit.check(arena.byteCount, for: "the weights")
      try MemoryLimit.probe(0, for: "what stands beside the weights")
    } catch {
      throw .cause(error)
    }
    let fault = Locked<ModelFault?>(nil)
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

  /// Room for all weights; what is to be packed there becomes jobs.
  private func layOut() throws(OutOfMemory) -> Weights {
    Weights(
      convs: try convolutions(), featureNorm: try norm("layer_norm", width: config.convChannels),
      projection: try projection(), position: try positionLayers(),
      encoderNorm: try norm("encoder.layer_norm", width: architecture.embedDim),
      layers: try (0..<architecture.layerCount).map(layer))
  }

  // MARK: Parts of the model

  private func projection() throws(OutOfMemory) -> WeightMatrix? {
    guard config.convChannels != config.encoderEmbedDim else { return nil }
    return try linear("post_extract_proj", depth: config.convChannels, columns: architecture.embedDim)
  }

  private func layer(_ index: Int) throws(OutOfMemory) -> LayerWeights {
    let embedDim = architecture.embedDim
    let attentionDim = architecture.attentionDims[index]
    let name = "encoder.layers.\(index)"
    let attention = name + ".self_attn."
    let inputs = ["q_proj", "k_proj", "v_proj"].map { attention + $0 }
    let qkv = try matrix(
      depth: embedDim, columns: 3 * attentionDim, hasBias: true,
      format: formats.format(of: inputs.map { $0 + ".weight" }, isAttention: true))
    for (index, input) in inputs.enumerated() {
      // Scaling the queries by a power of two here is exact, and saves a pass later.
      pack(
        input, into: qkv, atColumn: index * attentionDim,
        scale: index == 0 ? 1 / Float(Architecture.headSize).squareRoot() : 1)
    }
    let output = try linear(attention + "out_proj", depth: attentionDim, columns: embedDim, isAttention: true)
    let fc1 = try linear(name + ".fc1", depth: embedDim, columns: architecture.ffnDims[index])
    let fc2 = try linear(name + ".fc2", depth: architecture.ffnDims[index], columns: embedDim)
    return LayerWeights(
      heads: architecture.headCounts[index], window: architecture.windows[index], qkv: qkv, output: output,
      attentionNorm: try norm(name + ".self_attn_layer_norm", width: embedDim), fc1: fc1, fc2: fc2,
      finalNorm: try norm(name + ".final_layer_norm", width: embedDim))
  }

  // MARK: Tensors

  func norm(_ name: String, width: Int) throws(OutOfMemory) -> NormWeights {
    NormWeights(gain: try vector(name + ".weight", count: width), bias: try vector(name + ".bias", count: width))
  }

  /// All elements of a tensor as they are.
  func vector(_ name: String, count: Int) throws(OutOfMemory) -> AlignedBuffer {
    let buffer = try AlignedBuffer(count: count, in: arena)
    jobs.append { [source] () throws(ModelFault) in
      let view = try source.tensor(name)
      view.copy(to: buffer.start, strides: view.rowMajorStrides)
    }
    return buffer
  }

  /// A linear layer with a matrix of its own.
  private func linear(_ name: String, depth: Int, columns: Int, isAttention: Bool = false)
    throws(OutOfMemory) -> WeightMatrix
  {
    let matrix = try matrix(
      depth: depth, columns: columns, hasBias: true,
      format: formats.format(of: [name + ".weight"], isAttention: isAttention))
    pack(name, into: matrix)
    return matrix
  }

  /// An empty matrix.
  private func matrix(depth: Int, columns: Int, hasBias: Bool, format: MatrixFormat)
    throws(OutOfMemory) -> WeightMatrix
  {
    guard let matrix = try narrowMatrix(depth: depth, columns: columns, hasBias: hasBias, format: format) else {
      return .float32(try multiplier.matrix(depth: depth, columns: columns, hasBias: hasBias, in: arena))
    }
    return .narrow(matrix)
  }

  /// An empty matrix in a narrow format; nil for float32.
  func narrowMatrix(depth: Int, columns: Int, hasBias: Bool, format: MatrixFormat)
    throws(OutOfMemory) -> NarrowMatrix?
  {
    switch format {
    case .float32: nil
    case .bfloat16:
      .bfloat16(
        try BFloat16Matrix(
          depth: depth, columns: columns, hasBias: hasBias, kernels: multiplier.kernels, arena: arena))
    case .int8(let outliers):
      .int8(
        try Int8Matrix(
          depth: depth, columns: columns, hasBias: hasBias, outliers: outliers, kernels: multiplier.kernels,
          arena: arena))
    }
  }

  /// A linear layer, [out, in], whose rows become columns from `first` on.
  private func pack(_ name: String, into matrix: WeightMatrix, atColumn first: Int = 0, scale: Float = 1) {
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
      let bias = try source.tensor(name + ".bias")
      bias.withConvertedFloats { values in
        if scale != 1 { kernels.scale(values, bias.count, scale) }
        matrix.setBias(values, count: bias.count, atColumn: first)
      }
    }
  }
}

/// Memory for a job.
func scratchBuffer(count: Int) throws(ModelFault) -> AlignedBuffer {
  do throws(OutOfMemory) {
    return try AlignedBuffer(count: count)
  } catch {
    throw .cause(error)
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
