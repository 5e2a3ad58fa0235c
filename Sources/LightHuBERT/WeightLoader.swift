import Faults
import KernelTypes
import Kernels
import Locks
import Subnet
import Tensors

/// Packs the tensors of a subnet into the kernels' layouts, on the threads of a pool.
///
/// First all matrices are laid out and the work is noted down, then it is done in parallel: tensors are decoded and
/// transposed independently of each other.
final class WeightLoader {
  let config: ModelConfig
  let architecture: Architecture
  let multiplier: MatrixMultiplier
  let source: TensorSource
  var jobs: [() throws(ModelFault) -> Void] = []
  let arena = MemoryArena()

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

  // MARK: Parts of the model

  private func projection() -> PackedMatrix? {
    guard config.convChannels != config.encoderEmbedDim else { return nil }
    let matrix = multiplier.matrix(depth: config.convChannels, columns: architecture.embedDim, hasBias: true, in: arena)
    pack("post_extract_proj", into: matrix)
    return matrix
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

  func norm(_ name: String, width: Int) -> NormWeights {
    NormWeights(gain: vector(name + ".weight", count: width), bias: vector(name + ".bias", count: width))
  }

  /// All elements of a tensor as they are.
  func vector(_ name: String, count: Int) -> AlignedBuffer {
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
