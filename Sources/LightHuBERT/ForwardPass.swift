import KernelTypes
import Kernels
import Subnet

/// One run of a model on one utterance: samples to hidden states, step by step as in the paper.
struct ForwardPass {
  let session: Session
  let frames: Int

  private var model: Model { session.model }
  private var weights: Weights { session.model.weights }
  private var embedDim: Int { session.model.architecture.embedDim }

  /// Runs the model.
  ///
  /// - Parameter emit: Called with each hidden state, [T, E], in order: (index, false, state), and at the end with the
  ///   last representation: (number of layers, true, state).
  func run(
    _ waveform: Waveform, layerZero: LayerZero, progress: ((Double) -> Bool)?,
    emit: (_ layer: Int, _ isLast: Bool, _ state: UnsafePointer<Float>) -> Void
  ) throws(ModelFault) {
    let layerCount = weights.layers.count
    // The feature extractor costs about as much as half the layers.
    let steps = Double(layerCount + layerCount / 2 + 1)
    var done = 0.0
    func advance(_ step: Double) throws(ModelFault) {
      // Before a state is handed on: what a cancelled step leaves behind is not one.
      if session.isCancelled { throw .cancelled }
      done += step
      if let progress, !progress(min(done / steps, 1)) { throw .cancelled }
    }

    let x = session.buffers.hidden.reserve(frames * embedDim)
    session.clock.measure(.convStack) { extractFeatures(waveform, to: x) }
    try advance(Double(layerCount / 2))
    if layerZero == .projection { emit(0, false, x) }
    convolvePositions(x)
    try advance(1)
    if layerZero == .encoderInput { emit(0, false, x) }
    let scratch = layerScratch()
    for (index, layer) in weights.layers.enumerated() {
      EncoderLayer(weights: layer, config: model.config, multiplier: model.multiplier, clock: session.clock)
        .run(x, frames: frames, scratch: scratch, queryBlock: session.blocking.queries, on: session.pool)
      try advance(1)
      emit(index + 1, false, x)
    }
    if model.config.layerNormFirst { normalize(weights.encoderNorm, x) }
    emit(layerCount, true, x)
  }

  /// Frames of the feature extractor that one thread computes in a row.
  ///
  /// Usually an equal share for each thread. What OpenBLAS computes depends on the number of rows, which must therefore
  /// not depend on the number of threads.
  private var extractorFrames: Int {
    switch model.multiplier.backend {
    case .packed: (frames + session.pool.threadCount - 1) / session.pool.threadCount
    case .openBLAS: 4 * ConvStack.blockFrames
    }
  }

  /// Feature extractor, layer norm and projection: [T, E].
  private func extractFeatures(_ waveform: Waveform, to x: UnsafeMutablePointer<Float>) {
    guard let samples = waveform.samples.baseAddress else { return }
    let firstMatrix = foldedConvolution(waveform, samples)
    let stack = ConvStack(weights: weights.convs, multiplier: model.multiplier)
    let session = session
    let share = extractorFrames
    nonisolated(unsafe) let samplesStart = samples
    nonisolated(unsafe) let target = x
    session.convScratch.withUnsafeMutableBufferPointer { scratch in
      nonisolated(unsafe) let scratch = scratch
      session.pool.run((frames + share - 1) / share) { task, worker in
        stack.run(
          samples: samplesStart, sampleCount: waveform.samples.count, mean: waveform.mean, factor: waveform.factor,
          firstMatrix: firstMatrix,
          frames: task * share..<min((task + 1) * share, frames), blockFrames: session.blocking.convFrames,
          scratch: &scratch[worker]
        ) { first, count, channels in
          // The first worker is the calling thread.
          project(channels, count: count, to: target + first * embedDim, clock: worker == 0 ? session.clock : nil)
          return !session.isCancelled
        }
      }
    }
  }

  /// The first convolution with this utterance's group norm folded into it; nil for other extractors.
  private func foldedConvolution(_ waveform: Waveform, _ samples: UnsafePointer<Float>) -> PackedMatrix? {
    guard let matrix = session.foldedConvolution, let first = weights.convs.first else { return nil }
    GroupNormFold(layer: first, multiplier: model.multiplier).fold(
      samples: samples, frames: first.shape.frameCount(forInput: waveform.samples.count), mean: waveform.mean,
      factor: waveform.factor, into: matrix, on: session.pool)
    return matrix
  }

  /// Layer norm over channels, in place, and the projection of a block of frames.
  private func project(
    _ channels: UnsafeMutablePointer<Float>, count: Int, to x: UnsafeMutablePointer<Float>, clock: StageClock?
  ) {
    let norm = weights.featureNorm
    guard let projection = weights.projection else {
      model.multiplier.kernels.layerNorm(norm.rows(channels, to: x, count: count))
      return
    }
    // The last layer's frames are not needed by a later block, so they may be overwritten.
    model.multiplier.kernels.layerNorm(norm.rows(channels, count: count))
    clock.measure(.projections) {
      model.multiplier.multiply(
        MatrixProduct(
          rows: count, a: channels, aStride: projection.depth, matrix: projection, c: x, cStride: projection.columns))
    }
  }

  /// Position convolution and, in post-norm models, the encoder's layer norm.
  private func convolvePositions(_ x: UnsafeMutablePointer<Float>) {
    let convolution = PositionConvolution(layers: weights.position, multiplier: model.multiplier)
    let size = frames * convolution.widestChannels
    let output = session.buffers.activations.reserve(size)
    let other = weights.position.count > 1 ? session.buffers.normed.reserve(size) : output
    let scratch = session.buffers.perThread.reserve(convolution.scratchCount * session.pool.threadCount)
    session.clock.measure(.positionConvolution) {
      convolution.add(to: x, frames: frames, buffers: (output, other), scratch: scratch, on: session.pool)
    }
    if !model.config.layerNormFirst { normalize(weights.encoderNorm, x) }
  }

  private func normalize(_ norm: NormWeights, _ x: UnsafeMutablePointer<Float>) {
    session.clock.measure(.norms) {
      norm.normalize(x, to: x, frames: frames, kernels: model.multiplier.kernels, on: session.pool)
    }
  }

  /// Memory for the widest of the layers.
  private func layerScratch() -> EncoderLayer.Scratch {
    let architecture = model.architecture
    let kernels = model.multiplier.kernels
    let heads = architecture.headCounts.max() ?? 0
    let width = heads * Architecture.headSize
    let innerSize = min(frames, EncoderLayer.ffnRows) * (architecture.ffnDims.max() ?? 0)
    let activations = session.buffers.activations.reserve(max(frames * 3 * width, innerSize))
    return EncoderLayer.Scratch(
      qkv: activations,
      normed: session.buffers.normed.reserve(model.config.layerNormFirst ? frames * embedDim : 1),
      inner: activations,
      keys: session.buffers.keys.reserve(Attention.keyCount(frames: frames, heads: heads, kernels: kernels)),
      attention: session.buffers.perThread.reserve(
        Attention.scratchCount(frames: frames, kernels: kernels) * session.pool.threadCount),
      strassen: session.buffers.strassen.reserve(
        StrassenPlan.scratchCount(rows: frames, threads: session.pool.threadCount, kernels: kernels)))
  }
}
