import LHKernels
import LHSupernet

/// One layer of the encoder, in place on the hidden states x, [frames, E].
struct EncoderLayer {
  let weights: LayerWeights
  let config: ModelConfig
  let multiplier: MatrixMultiplier
  let clock: StageClock?
  /// Its number in the encoder.
  let index: Int
  /// Shown what each product multiplies; nil for none.
  let recorder: ActivationRecorder?

  /// Rows that pass through the FFN together: its inner activations are never longer than that.
  static let ffnRows = 1024

  /// Memory that all layers share.
  struct Scratch {
    /// [frames, 3 * 64 H]
    let qkv: UnsafeMutablePointer<Float>
    /// [frames, E], for the norms of pre-norm models.
    let normed: UnsafeMutablePointer<Float>
    /// [ffnRows, F]; the memory of `qkv`, which is read no more.
    let inner: UnsafeMutablePointer<Float>
    /// Transposed keys and what each thread needs; see `Attention`.
    let keys: UnsafeMutablePointer<Float>
    let attention: UnsafeMutablePointer<Float>
    /// For Strassen's algorithm, `StrassenPlan.scratchCount` floats.
    let strassen: UnsafeMutablePointer<Float>
    /// Rows in a narrow number format, the left-hand side of a product.
    let narrowRows: UnsafeMutablePointer<Float>

    /// Cuts memory of `sizes.total` floats.
    init(_ sizes: ScratchSizes, at start: UnsafeMutablePointer<Float>) {
      qkv = start
      inner = start
      normed = qkv + sizes.activations
      keys = normed + sizes.normed
      attention = keys + sizes.keys
      strassen = attention + sizes.attention
      narrowRows = strassen + sizes.strassen
    }
  }

  /// Floats of the parts of a scratch, in whole cache lines.
  struct ScratchSizes {
    let activations, normed, keys, attention, strassen, narrowRows: Int
    var total: Int { activations + normed + keys + attention + strassen + narrowRows }

    /// What the widest of a model's layers needs.
    init(_ model: Model, frames: Int, threads: Int) {
      let architecture = model.architecture
      let kernels = model.multiplier.kernels
      let heads = architecture.headCounts.max() ?? 0
      let innerCount = min(frames, EncoderLayer.ffnRows) * (architecture.ffnDims.max() ?? 0)
      activations = max(frames * 3 * heads * Architecture.headSize, innerCount).wholeCacheLines
      normed = model.config.layerNormFirst ? (frames * architecture.embedDim).wholeCacheLines : 0
      keys = Attention.keyCount(frames: frames, heads: heads, kernels: kernels).wholeCacheLines
      attention = (Attention.scratchCount(frames: frames, kernels: kernels) * threads).wholeCacheLines
      strassen = StrassenPlan.scratchCount(rows: frames, threads: threads, kernels: kernels).wholeCacheLines
      narrowRows = model.weights.layers.reduce(0) { max($0, $1.narrowRowCount(frames: frames)) }
    }
  }

  /// Runs the layer.
  ///
  /// - Parameter queryBlock: Queries of an attention block.
  func run(
    _ x: UnsafeMutablePointer<Float>, frames: Int, scratch: Scratch, queryBlock: Int, on pool: WorkerPool
  ) {
    let isPreNorm = config.layerNormFirst
    let input = isPreNorm ? scratch.normed : x
    if isPreNorm { normalize(weights.attentionNorm, x, to: input, frames: frames, on: pool) }
    recorder?.record(
      .attentionInput(index), input, count: frames, stride: weights.qkv.depth, width: weights.qkv.depth)
    clock.measure(.projections) {
      multiply(input, weights.qkv, to: scratch.qkv, frames: frames, scratch: scratch, on: pool)
    }
    clock.measure(.attention) {
      attention(frames: frames, scratch: scratch).run(
        with: multiplier, on: pool, queryBlock: queryBlock, keys: scratch.keys, scratch: scratch.attention)
    }
    recorder?.record(
      .attentionOutput(index), scratch.qkv, count: frames, stride: weights.qkv.columns, width: weights.output.depth)
    clock.measure(.projections) {
      // The attention's output lies where the queries were.
      multiply(
        scratch.qkv, stride: weights.qkv.columns, weights.output, to: x, frames: frames, accumulates: true,
        scratch: scratch, on: pool)
    }
    if isPreNorm {
      normalize(weights.finalNorm, x, to: input, frames: frames, on: pool)
    } else {
      normalize(weights.attentionNorm, x, to: x, frames: frames, on: pool)
    }
    clock.measure(.ffn) { feedForward(input, addedTo: x, frames: frames, scratch: scratch, on: pool) }
    if !isPreNorm { normalize(weights.finalNorm, x, to: x, frames: frames, on: pool) }
  }

  /// This layer's attention.
  func attention(frames: Int, scratch: Scratch) -> Attention {
    var attention = Attention(
      frames: frames, heads: weights.heads, reach: nil, leadingZeros: 0, qkv: scratch.qkv)
    // Where the attention's weights are rounded anyway, so are the operands of its own products.
    if case .narrow = weights.qkv { attention.usesBFloat16 = true }
    if case .sliding(let size) = weights.window {
      // The published code pads the sequence in front to a multiple of the window, after rounding its length up.
      let padded = frames.roundedUp(toMultipleOf: config.sequenceMultiple)
      attention.reach = size / 2
      attention.leadingZeros = padded.roundedUp(toMultipleOf: size) - padded
    }
    return attention
  }

  private func feedForward(
    _ input: UnsafePointer<Float>, addedTo x: UnsafeMutablePointer<Float>, frames: Int, scratch: Scratch,
    on pool: WorkerPool
  ) {
    let width = weights.fc1.depth
    for first in stride(from: 0, to: frames, by: EncoderLayer.ffnRows) {
      let count = min(EncoderLayer.ffnRows, frames - first)
      recorder?.record(.feedForwardInput(index), input + first * width, count: count, stride: width, width: width)
      multiply(
        input + first * width, weights.fc1, to: scratch.inner, frames: count,
        epilogue: weights.activation(config.activation),
        scratch: scratch, on: pool)
      recorder?.record(
        .feedForwardOutput(index), scratch.inner, count: count, stride: weights.fc2.depth, width: weights.fc2.depth)
      multiply(
        scratch.inner, weights.fc2, to: x + first * width, frames: count, accumulates: true, scratch: scratch, on: pool)
    }
  }

  private func multiply(
    _ a: UnsafePointer<Float>, stride: Int? = nil, _ matrix: WeightMatrix, to c: UnsafeMutablePointer<Float>,
    frames: Int, accumulates: Bool = false, epilogue: Epilogue = .none, scratch: Scratch, on pool: WorkerPool
  ) {
    switch matrix {
    case .float32(let matrix):
      multiplier.multiply(
        MatrixProduct(
          rows: frames, a: a, aStride: stride ?? matrix.depth, matrix: matrix, c: c, cStride: matrix.columns,
          accumulates: accumulates, epilogue: epilogue), on: pool, strassenScratch: scratch.strassen)
    case .narrow(let matrix):
      let rows = matrix.rows(frames, at: scratch.narrowRows)
      matrix.convert(
        a, count: frames, stride: stride ?? matrix.depth, to: rows, kernels: multiplier.kernels, on: pool)
      multiplier.multiply(
        NarrowProduct(
          rows: frames, a: rows, matrix: matrix, c: c, cStride: matrix.columns, accumulates: accumulates,
          epilogue: epilogue), on: pool)
    }
  }

  private func normalize(
    _ norm: NormWeights, _ x: UnsafePointer<Float>, to y: UnsafeMutablePointer<Float>, frames: Int, on pool: WorkerPool
  ) {
    clock.measure(.norms) { norm.normalize(x, to: y, frames: frames, kernels: multiplier.kernels, on: pool) }
  }
}

extension LayerWeights {
  /// The kernel after the FFN's first product.
  fileprivate func activation(_ activation: Activation) -> Epilogue {
    switch (activation, fc2) {
    case (.gelu, .float32): .gelu
    case (.gelu, .narrow): .coarseGELU
    case (.relu, _): .relu
    }
  }

  /// Floats for the rows of the product that needs most of them.
  fileprivate func narrowRowCount(frames: Int) -> Int {
    let inner = min(frames, EncoderLayer.ffnRows)
    return max(
      qkv.rowScratchCount(rows: frames), output.rowScratchCount(rows: frames), fc1.rowScratchCount(rows: inner),
      fc2.rowScratchCount(rows: inner))
  }
}
