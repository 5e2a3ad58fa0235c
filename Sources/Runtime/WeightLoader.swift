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
      convs: try convolutions(),
      channelScale: shape.scalesChannels ? try vector(.weight(.channelScale), count: shape.extractorChannels) : nil,
      featureNorm: shape.normalizesFeatures ? try norm(.featureNorm, width: shape.extractorChannels) : nil,
      projection: try projection(),
      positionNorm: shape.position?.kind == .batchNormed ? try norm(.positionNorm, width: shape.width) : nil,
      position: try positionLayers(), encoderNorm: try norm(.encoderNorm, width: shape.width),
      relativeBias: try relativeBias(), layers: try layers(), finalProjection: try finalProjection())
  }

  // MARK: Parts of the model

  private func projection() throws(OutOfMemory) -> WeightMatrix? {
    guard shape.projectsFeatures else { return nil }
    return try linear(.featureProjection, depth: shape.extractorChannels, columns: shape.width)
  }

  private func finalProjection() throws(OutOfMemory) -> WeightMatrix? {
    guard let width = shape.finalProjection else { return nil }
    return try linear(.finalProjection, depth: shape.width, columns: width, isReducible: false)
  }

  private func layers() throws(OutOfMemory) -> [LayerWeights] {
    try shape.layers.enumerated().map { index, layer throws(OutOfMemory) in
      LayerWeights(
        attention: try layer.attention.map { shape throws(OutOfMemory) in try attention(shape, of: index) },
        attentionNorm: try norm(.attentionNorm(index), width: shape.width),
        feedForward: try layer.feedForwardWidth.map { width throws(OutOfMemory) in
          try feedForward(width: width, of: index)
        },
        feedForwardNorm: try norm(.feedForwardNorm(index), width: shape.width),
        adapter: try layer.adapterWidth.map { width throws(OutOfMemory) in try adapter(width: width, of: index) })
    }
  }

  private func feedForward(width: Int, of layer: Int) throws(OutOfMemory) -> FeedForwardWeights {
    FeedForwardWeights(
      input: try linear(.feedForwardInput(layer), depth: shape.width, columns: width),
      output: try linear(.feedForwardOutput(layer), depth: width, columns: shape.width))
  }

  private func adapter(width: Int, of layer: Int) throws(OutOfMemory) -> AdapterWeights {
    AdapterWeights(
      norm: try norm(.adapterNorm(layer), width: shape.width),
      matrices: FeedForwardWeights(
        input: try linear(.adapterInput(layer), depth: shape.width, columns: width, isReducible: false),
        output: try linear(.adapterOutput(layer), depth: width, columns: shape.width, isReducible: false)))
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
  ///
  /// - Parameter isReducible: Whether it may be in a reduced precision.
  private func linear(
    _ module: ModuleRole, depth: Int, columns: Int, isReducible: Bool = true
  ) throws(OutOfMemory) -> WeightMatrix {
    let matrix = try multiplier.matrix(
      depth: depth, columns: columns, hasBias: true,
      format: isReducible ? formats.format(of: [.weight(module)]) : .float32, in: arena)
    pack(module, into: matrix)
    return matrix
  }

  /// A linear layer, [out, in], whose rows become the columns of a matrix.
  func pack(_ module: ModuleRole, into matrix: WeightMatrix) {
    let kernels = multiplier.kernels
    jobs.append { [source] () throws(ModelFault) in
      let depth = matrix.depth
      try source.forEachPart(.weight(module), WeightLoader.rowsAtOnce(depth)) { rows, start in
        let isPacked =
          rows.withFloats {
            matrix.pack(rows: $0, count: rows.shape[0], stride: depth, atColumn: start, kernels: kernels)
          } != nil
        if isPacked { return }
        rows.withConvertedFloats { floats in
          matrix.pack(rows: floats, count: rows.shape[0], stride: depth, atColumn: start, kernels: kernels)
        }
      }
      let bias = try source.tensor(.bias(module))
      bias.withConvertedFloats { matrix.setBias($0, count: bias.count, atColumn: 0) }
    }
  }

  /// As many rows as fit the second-level cache beside their panel.
  static func rowsAtOnce(_ depth: Int) -> Int { max(16, 65_536 / depth / 16 * 16) }
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
