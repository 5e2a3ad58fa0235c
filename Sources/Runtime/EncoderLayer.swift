import LHKernels
import LHModel

/// One layer of the encoder, in place on the hidden states x, [frames, E].
struct EncoderLayer {
  let weights: LayerWeights
  let shape: EncoderShape
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
      let shape = model.shape
      let kernels = model.multiplier.kernels
      let heads = shape.layers.reduce(0) { max($0, $1.attention?.heads ?? 0) }
      let innerCount = min(frames, EncoderLayer.ffnRows) * shape.widestFeedForward
      activations = max(frames * 3 * shape.widestAttention, innerCount).wholeCacheLines
      normed = shape.normPlacement == .before ? (frames * shape.width).wholeCacheLines : 0
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
    let isPreNorm = shape.normPlacement == .before
    let input = isPreNorm ? scratch.normed : x
    if let attention = weights.attention {
      if isPreNorm { normalize(weights.attentionNorm, x, to: input, frames: frames, on: pool) }
      attend(attention, input, addedTo: x, frames: frames, scratch: scratch, queryBlock: queryBlock, on: pool)
    }
    if !isPreNorm { normalize(weights.attentionNorm, x, to: x, frames: frames, on: pool) }
    if let feedForward = weights.feedForward {
      if isPreNorm { normalize(weights.feedForwardNorm, x, to: input, frames: frames, on: pool) }
      clock.measure(.ffn) {
        self.feedForward(feedForward, input, addedTo: x, frames: frames, scratch: scratch, on: pool)
      }
    }
    if !isPreNorm { normalize(weights.feedForwardNorm, x, to: x, frames: frames, on: pool) }
  }

  private func attend(
    _ weights: AttentionWeights, _ input: UnsafePointer<Float>, addedTo x: UnsafeMutablePointer<Float>, frames: Int,
    scratch: Scratch, queryBlock: Int, on pool: WorkerPool
  ) {
    recorder?.record(
      .attentionInput(index), input, count: frames, stride: weights.qkv.depth, width: weights.qkv.depth)
    clock.measure(.projections) {
      multiply(input, weights.qkv, to: scratch.qkv, frames: frames, scratch: scratch, on: pool)
    }
    clock.measure(.attention) {
      attention(weights, frames: frames, scratch: scratch).run(
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
  }

  /// A layer's attention.
  private func attention(_ weights: AttentionWeights, frames: Int, scratch: Scratch) -> Attention {
    var attention = Attention(
      frames: frames, heads: weights.shape.heads, reach: nil, leadingZeros: 0, qkv: scratch.qkv)
    // Where the attention's weights are rounded anyway, so are the operands of its own products.
    if case .narrow = weights.qkv { attention.usesBFloat16 = true }
    if case .sliding(let size) = weights.shape.window {
      // The published code pads the sequence in front to a multiple of the window, after rounding its length up.
      let padded = frames.roundedUp(toMultipleOf: shape.sequenceMultiple)
      attention.reach = size / 2
      attention.leadingZeros = padded.roundedUp(toMultipleOf: size) - padded
    }
    return attention
  }

  private func feedForward(
    _ weights: FeedForwardWeights, _ input: UnsafePointer<Float>, addedTo x: UnsafeMutablePointer<Float>, frames: Int,
    scratch: Scratch, on pool: WorkerPool
  ) {
    let width = weights.input.depth
    for first in stride(from: 0, to: frames, by: EncoderLayer.ffnRows) {
      let count = min(EncoderLayer.ffnRows, frames - first)
      recorder?.record(.feedForwardInput(index), input + first * width, count: count, stride: width, width: width)
      multiply(
        input + first * width, weights.input, to: scratch.inner, frames: count,
        epilogue: weights.epilogue(shape.activation), scratch: scratch, on: pool)
      recorder?.record(
        .feedForwardOutput(index), scratch.inner, count: count, stride: weights.output.depth,
        width: weights.output.depth)
      multiply(
        scratch.inner, weights.output, to: x + first * width, frames: count, accumulates: true, scratch: scratch,
        on: pool)
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

extension FeedForwardWeights {
  /// What follows the first product.
  fileprivate func epilogue(_ activation: Activation) -> Epilogue {
    switch (activation, output) {
    case (.gelu, .float32): .gelu
    case (.gelu, .narrow): .coarseGELU
    case (.relu, _): .relu
    }
  }
}

extension LayerWeights {
  /// Floats for the rows of the product that needs most of them.
  fileprivate func narrowRowCount(frames: Int) -> Int {
    let inner = min(frames, EncoderLayer.ffnRows)
    return max(
      attention?.qkv.rowScratchCount(rows: frames) ?? 0, attention?.output.rowScratchCount(rows: frames) ?? 0,
      feedForward?.input.rowScratchCount(rows: inner) ?? 0, feedForward?.output.rowScratchCount(rows: inner) ?? 0)
  }
}
