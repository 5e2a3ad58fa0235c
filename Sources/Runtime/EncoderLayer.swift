import LHKernels
import LHModel
import LHQuantization

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
    /// [frames, 3 H P], see `AttentionWeights`.
    let qkv: UnsafeMutablePointer<Float>
    /// [frames, E], for the norms of pre-norm models.
    let normed: UnsafeMutablePointer<Float>
    /// [ffnRows, F]; the memory of `qkv`, which is read no more.
    let inner: UnsafeMutablePointer<Float>
    /// The attention bias of each head by distance, [heads][2 frames - 1], for all layers.
    let biases: UnsafeMutablePointer<Float>
    /// The gates of a layer, [frames, heads, 2]: the first of each two.
    let gates: UnsafeMutablePointer<Float>
    /// Transposed keys and what each thread needs; see `Attention`.
    let keys: UnsafeMutablePointer<Float>
    let attention: UnsafeMutablePointer<Float>
    /// For rounded rows and for Strassen's algorithm.
    let products: ProductScratch

    /// Cuts memory of `sizes.total` floats.
    init(_ sizes: ScratchSizes, at start: UnsafeMutablePointer<Float>) {
      qkv = start
      inner = start
      normed = qkv + sizes.activations
      biases = normed + sizes.normed
      gates = biases + sizes.biases
      keys = gates + sizes.gates
      attention = keys + sizes.keys
      let strassen = attention + sizes.attention
      products = ProductScratch(rows: strassen + sizes.strassen, strassen: strassen)
    }
  }

  /// Floats of the parts of a scratch, in whole cache lines.
  struct ScratchSizes {
    let activations, normed, biases, gates, keys, attention, strassen, roundedRows: Int
    var total: Int { activations + normed + biases + gates + keys + attention + strassen + roundedRows }

    /// What the widest of a model's layers needs.
    init(_ model: Model, frames: Int, threads: Int) {
      let shape = model.shape
      let kernels = model.multiplier.kernels
      let inner = shape.layers.reduce(shape.widestFeedForward) { max($0, $1.adapterWidth ?? 0) }
      let innerCount = min(frames, EncoderLayer.ffnRows) * inner
      var (widest, mostKeys, mostScratch) = (0, 0, 0)
      // A loop and no array of the layers' attentions: a run allocates nothing.
      for layer in shape.layers {
        guard let attention = layer.attention else { continue }
        let size = attention.storedHeadSize
        widest = max(widest, attention.storedWidth)
        mostKeys = max(
          mostKeys, Attention.keyCount(frames: frames, heads: attention.heads, headSize: size, kernels: kernels))
        mostScratch = max(mostScratch, Attention.scratchCount(frames: frames, headSize: size, kernels: kernels))
      }
      activations = max(frames * 3 * widest, innerCount).wholeCacheLines
      if case .gatedRelative(let bias) = shape.attentionBias {
        biases = (bias.heads * (2 * frames - 1)).wholeCacheLines
        gates = (frames * bias.heads * 2).wholeCacheLines
      } else {
        biases = 0
        gates = 0
      }
      normed = shape.normPlacement == .before ? (frames * shape.width).wholeCacheLines : 0
      keys = mostKeys.wholeCacheLines
      attention = (mostScratch * threads).wholeCacheLines
      strassen = StrassenPlan.scratchCount(rows: frames, threads: threads, kernels: kernels).wholeCacheLines
      roundedRows = model.weights.layers.reduce(0) { max($0, $1.rowScratchCount(frames: frames, model.multiplier)) }
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
    if let adapter = weights.adapter { adapt(adapter, x, frames: frames, scratch: scratch, on: pool) }
    if !isPreNorm { normalize(weights.feedForwardNorm, x, to: x, frames: frames, on: pool) }
  }

  /// x += adapter(x).
  private func adapt(
    _ adapter: AdapterWeights, _ x: UnsafeMutablePointer<Float>, frames: Int, scratch: Scratch, on pool: WorkerPool
  ) {
    normalize(adapter.norm, x, to: scratch.normed, frames: frames, on: pool)
    clock.measure(.ffn) {
      multiply(
        adapter.matrices, epilogue: .relu, scratch.normed, addedTo: x, frames: frames, scratch: scratch, on: pool)
    }
  }

  private func attend(
    _ weights: AttentionWeights, _ input: UnsafePointer<Float>, addedTo x: UnsafeMutablePointer<Float>, frames: Int,
    scratch: Scratch, queryBlock: Int, on pool: WorkerPool
  ) {
    recorder?.record(
      .attentionInput(index), input, count: frames, stride: weights.qkv.depth, width: weights.qkv.depth)
    clock.measure(.projections) {
      weights.qkv.multiply(
        MatrixProduct(
          rows: frames, a: input, aStride: weights.qkv.depth, c: scratch.qkv, cStride: weights.qkv.columns),
        with: multiplier, on: pool, scratch: scratch.products)
    }
    clock.measure(.attention) {
      weights.gate?.fill(scratch.gates, from: input, frames: frames, with: multiplier, on: pool)
      attention(weights, frames: frames, scratch: scratch).run(
        with: multiplier, on: pool, queryBlock: queryBlock, keys: scratch.keys, scratch: scratch.attention)
    }
    recordOutput(of: weights.shape, scratch.qkv, frames: frames, stride: weights.qkv.columns)
    clock.measure(.projections) {
      // The attention's output lies where the queries were.
      weights.output.multiply(
        MatrixProduct(
          rows: frames, a: scratch.qkv, aStride: weights.qkv.columns, c: x, cStride: weights.output.columns,
          accumulates: true), with: multiplier, on: pool, scratch: scratch.products)
    }
  }

  /// A layer's attention.
  private func attention(_ weights: AttentionWeights, frames: Int, scratch: Scratch) -> Attention {
    var attention = Attention(
      frames: frames, heads: weights.shape.heads, headSize: weights.shape.storedHeadSize, reach: nil, leadingZeros: 0,
      qkv: scratch.qkv)
    if let gate = weights.gate {
      attention.bias = GatedBias(
        biases: scratch.biases, gates: scratch.gates, gateStride: 2, frames: frames, heads: gate.scales.count,
        kept: weights.shape.biasHeads)
    }
    // Where the attention's weights are rounded anyway, so are the operands of its own products.
    attention.usesBFloat16 = weights.qkv.format.isReduced
    if case .sliding(let size) = weights.shape.window {
      // The published code pads the sequence in front to a multiple of the window, after rounding its length up.
      let padded = frames.roundedUp(toMultipleOf: shape.sequenceMultiple)
      attention.reach = size / 2
      attention.leadingZeros = padded.roundedUp(toMultipleOf: size) - padded
    }
    return attention
  }

  /// Shows the recorder the output of attention, without what fills up the heads.
  private func recordOutput(
    of attention: AttentionShape, _ rows: UnsafePointer<Float>, frames: Int, stride: Int
  ) {
    guard let recorder else { return }
    guard attention.headSize != attention.storedHeadSize else {
      recorder.record(.attentionOutput(index), rows, count: frames, stride: stride, width: attention.width)
      return
    }
    withUnsafeTemporaryAllocation(of: Float.self, capacity: attention.width) { row in
      guard let start = row.baseAddress else { return }
      for frame in 0..<frames {
        for head in 0..<attention.heads {
          (start + head * attention.headSize)
            .update(from: rows + frame * stride + head * attention.storedHeadSize, count: attention.headSize)
        }
        recorder.record(
          .attentionOutput(index), start, count: 1, stride: attention.width, width: attention.width)
      }
    }
  }

  private func feedForward(
    _ weights: FeedForwardWeights, _ input: UnsafePointer<Float>, addedTo x: UnsafeMutablePointer<Float>, frames: Int,
    scratch: Scratch, on pool: WorkerPool
  ) {
    multiply(
      weights, epilogue: weights.epilogue(shape.activation), input, addedTo: x, frames: frames, scratch: scratch,
      recorder: recorder, on: pool)
  }

  /// x += f(input W1) W2, the rows in blocks.
  private func multiply(
    _ weights: FeedForwardWeights, epilogue: Epilogue, _ input: UnsafePointer<Float>,
    addedTo x: UnsafeMutablePointer<Float>, frames: Int, scratch: Scratch, recorder: ActivationRecorder? = nil,
    on pool: WorkerPool
  ) {
    let width = weights.input.depth
    for first in stride(from: 0, to: frames, by: EncoderLayer.ffnRows) {
      let count = min(EncoderLayer.ffnRows, frames - first)
      recorder?.record(.feedForwardInput(index), input + first * width, count: count, stride: width, width: width)
      weights.input.multiply(
        MatrixProduct(
          rows: count, a: input + first * width, aStride: width, c: scratch.inner, cStride: weights.input.columns,
          epilogue: epilogue), with: multiplier, on: pool, scratch: scratch.products)
      recorder?.record(
        .feedForwardOutput(index), scratch.inner, count: count, stride: weights.output.depth,
        width: weights.output.depth)
      weights.output.multiply(
        MatrixProduct(
          rows: count, a: scratch.inner, aStride: weights.output.depth, c: x + first * width, cStride: width,
          accumulates: true), with: multiplier, on: pool, scratch: scratch.products)
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
    switch activation {
    case .gelu: output.format.isReduced ? .coarseGELU : .gelu
    case .relu: .relu
    }
  }
}

extension LayerWeights {
  /// Floats for the rows of the product that needs most of them.
  fileprivate func rowScratchCount(frames: Int, _ multiplier: MatrixMultiplier) -> Int {
    let inner = min(frames, EncoderLayer.ffnRows)
    var count = 0
    // `max` of more than three allocates an array.
    if let attention {
      count = max(
        attention.qkv.scratchCount(rows: frames, with: multiplier),
        attention.output.scratchCount(rows: frames, distance: attention.qkv.columns, with: multiplier))
    }
    if let feedForward {
      count = max(
        count, feedForward.input.scratchCount(rows: inner, with: multiplier),
        feedForward.output.scratchCount(rows: inner, with: multiplier))
    }
    if let adapter = adapter?.matrices {
      count = max(
        count, adapter.input.scratchCount(rows: inner, with: multiplier),
        adapter.output.scratchCount(rows: inner, with: multiplier))
    }
    return count
  }
}
