import LHKernelTypes
import LHKernels
import LHModel
import LHSystem
import LHTensors

/// Packs the tensors of an encoder into the kernels' layouts, on the threads of a pool.
///
/// First all matrices are laid out and the work is noted down, then it is done in parallel: tensors are decoded and
/// transposed independently of each other.
final class WeightLoader {
  let shape: EncoderShape
  let multiplier: MatrixMultiplier
  let source: TensorSource
  let formats: WeightFormats
  var jobs: [() throws(ModelFault) -> Void] = []
  let arena = MemoryArena()

  /// A loader.
  ///
  /// - Parameters:
  ///   - precision: Number formats of the products, not `auto`.
  ///   - source: Has the tensors of the shape's layout.
  init(shape: EncoderShape, multiplier: MatrixMultiplier, precision: Precision, source: TensorSource) {
    self.shape = shape
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
      convs: try convolutions(), featureNorm: try norm(.featureNorm, width: shape.extractorChannels),
      projection: try projection(), position: try positionLayers(),
      encoderNorm: try norm(.encoderNorm, width: shape.width), layers: try layers())
  }

  // MARK: Parts of the model

  private func projection() throws(OutOfMemory) -> WeightMatrix? {
    guard shape.projectsFeatures else { return nil }
    return try linear(.featureProjection, depth: shape.extractorChannels, columns: shape.width)
  }

  private func layers() throws(OutOfMemory) -> [LayerWeights] {
    try shape.layers.enumerated().map { index, layer throws(OutOfMemory) in
      LayerWeights(
        attention: try layer.attention.map { shape throws(OutOfMemory) in try attention(shape, of: index) },
        attentionNorm: try norm(.attentionNorm(index), width: shape.width),
        feedForward: try layer.feedForwardWidth.map { width throws(OutOfMemory) in
          try feedForward(width: width, of: index)
        },
        feedForwardNorm: try norm(.feedForwardNorm(index), width: shape.width))
    }
  }

  private func attention(_ attention: AttentionShape, of layer: Int) throws(OutOfMemory) -> AttentionWeights {
    let inputs = [ModuleRole.query(layer), .key(layer), .value(layer)]
    let qkv = try multiplier.matrix(
      depth: shape.width, columns: 3 * attention.width, hasBias: true,
      format: formats.format(of: inputs.map { .weight($0) }, isAttention: true), in: arena)
    for (index, input) in inputs.enumerated() {
      // Scaling the queries here saves a pass later. By a power of two, as it is for heads of 64, it is exact.
      pack(
        input, into: qkv, atColumn: index * attention.width,
        scale: index == 0 ? 1 / Float(attention.headSize).squareRoot() : 1)
    }
    let output = try linear(.attentionOutput(layer), depth: attention.width, columns: shape.width, isAttention: true)
    return AttentionWeights(shape: attention, qkv: qkv, output: output)
  }

  private func feedForward(width: Int, of layer: Int) throws(OutOfMemory) -> FeedForwardWeights {
    FeedForwardWeights(
      input: try linear(.feedForwardInput(layer), depth: shape.width, columns: width),
      output: try linear(.feedForwardOutput(layer), depth: width, columns: shape.width))
  }

  // MARK: Tensors

  func norm(_ module: ModuleRole, width: Int) throws(OutOfMemory) -> NormWeights {
    NormWeights(gain: try vector(.weight(module), count: width), bias: try vector(.bias(module), count: width))
  }

  /// All elements of a tensor as they are.
  func vector(_ role: TensorRole, count: Int) throws(OutOfMemory) -> AlignedBuffer {
    let buffer = try AlignedBuffer(count: count, in: arena)
    jobs.append { [source] () throws(ModelFault) in
      let view = try source.tensor(role)
      view.copy(to: buffer.start, strides: view.rowMajorStrides)
    }
    return buffer
  }

  /// A linear layer with a matrix of its own.
  private func linear(_ module: ModuleRole, depth: Int, columns: Int, isAttention: Bool = false)
    throws(OutOfMemory) -> WeightMatrix
  {
    let matrix = try multiplier.matrix(
      depth: depth, columns: columns, hasBias: true,
      format: formats.format(of: [.weight(module)], isAttention: isAttention), in: arena)
    pack(module, into: matrix)
    return matrix
  }

  /// A linear layer, [out, in], whose rows become columns from `first` on.
  private func pack(_ module: ModuleRole, into matrix: WeightMatrix, atColumn first: Int = 0, scale: Float = 1) {
    let kernels = multiplier.kernels
    jobs.append { [source] () throws(ModelFault) in
      let depth = matrix.depth
      // As many rows at a time as fit the second-level cache beside their panel.
      try source.forEachPart(.weight(module), max(16, 65_536 / depth / 16 * 16)) { rows, start in
        let isPacked =
          scale == 1
          && rows.withFloats {
            matrix.pack(rows: $0, count: rows.shape[0], stride: depth, atColumn: first + start, kernels: kernels)
          } != nil
        if isPacked { return }
        rows.withConvertedFloats { floats in
          if scale != 1 { kernels.scale(ScaleElements(x: floats, count: rows.count, factor: scale)) }
          matrix.pack(rows: floats, count: rows.shape[0], stride: depth, atColumn: first + start, kernels: kernels)
        }
      }
      let bias = try source.tensor(.bias(module))
      bias.withConvertedFloats { values in
        if scale != 1 { kernels.scale(ScaleElements(x: values, count: bias.count, factor: scale)) }
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
