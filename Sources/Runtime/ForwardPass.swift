import LHKernelTypes
import LHKernels
import LHModel
import LHQuantization

/// One run of a model on one utterance: samples to hidden states, step by step as in the paper.
struct ForwardPass {
  let session: Session
  let frames: Int

  private var model: Model { session.model }
  private var weights: Weights { session.model.weights }
  private var embedDim: Int { session.model.shape.width }

  /// Runs the model.
  ///
  /// - Parameters:
  ///   - layerCount: The layers that are computed: the later ones are not, when nobody wants their states.
  ///   - emit: Called with each hidden state, [T, E], in order: (index, false, state), and after all layers of the
  ///     model with the last representation: (number of layers, true, state). What it throws ends the run.
  func run<Failure>(
    _ waveform: Waveform, layerZero: LayerZero, layerCount: Int, progress: ((Double) -> Bool)?,
    emit: (_ layer: Int, _ isLast: Bool, _ state: UnsafePointer<Float>) throws(RunFault<Failure>) -> Void
  ) throws(RunFault<Failure>) {
    // The feature extractor costs about as much as half the layers of the model.
    let extractorSteps = weights.layers.count / 2
    let steps = Double(extractorSteps + layerCount + 1)
    var done = 0.0
    func advance(_ step: Double) throws(RunFault<Failure>) {
      // Before a state is handed on: what a cancelled step leaves behind is not one.
      if session.isCancelled { throw .model(.cancelled) }
      done += step
      if let progress, !progress(min(done / steps, 1)) { throw .model(.cancelled) }
    }

    let layerSizes = EncoderLayer.ScratchSizes(model, frames: frames, threads: session.pool.threadCount)
    let workspaceCount = workspaceCount(layerSizes, samples: waveform.samples.count)
    let (x, workspace) = try RunFault<Failure>.ofModel { () throws(ModelFault) in
      try session.buffers.reserve(hidden: frames * embedDim, workspace: workspaceCount)
    }
    session.clock.measure(.convStack) { extractFeatures(waveform, to: x, workspace: workspace) }
    try advance(Double(extractorSteps))
    if layerZero == .projection { try emit(0, false, x) }
    convolvePositions(x, workspace: workspace)
    try advance(1)
    if layerZero == .encoderInput { try emit(0, false, x) }
    let scratch = EncoderLayer.Scratch(layerSizes, at: workspace)
    weights.relativeBias?.spread(frames: frames, to: scratch.biases)
    for (index, layer) in weights.layers.prefix(layerCount).enumerated() {
      EncoderLayer(
        weights: layer, shape: model.shape, multiplier: model.multiplier, clock: session.clock, index: index,
        recorder: session.recorder
      )
      .run(x, frames: frames, scratch: scratch, queryBlock: session.blocking.queries, on: session.pool)
      try advance(1)
      try emit(index + 1, false, x)
    }
    guard layerCount == weights.layers.count else { return }
    if model.shape.normPlacement == .before { normalize(weights.encoderNorm, x) }
    try emit(layerCount, true, x)
  }

  private var stack: ConvStack {
    ConvStack(weights: weights.convs, multiplier: model.multiplier, recorder: session.recorder)
  }

  /// Ranges of frames that the feature extractor is cut into, of equal length or one less. The first is a shorter one:
  /// whole groups of frames beyond its end cost it more than the frames before its own cost the last one.
  ///
  /// Usually one for each thread. What OpenBLAS computes depends on the number of rows, which must therefore not depend
  /// on the number of threads.
  ///
  /// A recorder is to see no frame twice.
  private var extractorTasks: Int {
    guard session.recorder == nil else { return 1 }
    return switch model.multiplier.backend {
    case .packed: min(frames, session.pool.threadCount)
    case .openBLAS: (frames + 4 * ConvStack.blockFrames - 1) / (4 * ConvStack.blockFrames)
    }
  }

  /// Most frames of a block of the feature extractor.
  private var blockFrames: Int { min(session.blocking.convFrames, (frames + extractorTasks - 1) / extractorTasks) }

  /// Floats that a thread needs for the feature extractor and the projection of a block.
  private var extractorScratchCount: Int {
    stack.scratchCount(blockFrames: blockFrames)
      + (weights.projection?.scratchCount(rows: blockFrames, with: model.multiplier) ?? 0)
  }

  /// Floats that the step which needs most works with.
  private func workspaceCount(_ layerSizes: EncoderLayer.ScratchSizes, samples: Int) -> Int {
    let threads = session.pool.threadCount
    return max(
      groupNormFold?.scratchCount(samples: samples) ?? 0, threads * extractorScratchCount,
      positionConvolution.workspaceCount(frames: frames, threads: threads), layerSizes.total)
  }

  /// Feature extractor, layer norm and projection: [T, E].
  private func extractFeatures(
    _ waveform: Waveform, to x: UnsafeMutablePointer<Float>, workspace: UnsafeMutablePointer<Float>
  ) {
    guard let samples = waveform.samples.baseAddress else { return }
    if let matrix = session.foldedConvolution {
      groupNormFold?.fold(
        samples: samples, count: waveform.samples.count, mean: waveform.mean, factor: waveform.factor, into: matrix,
        scratch: workspace, on: session.pool)
    }
    let stack = stack
    let tasks = extractorTasks
    let blockFrames = blockFrames
    let stackCount = stack.scratchCount(blockFrames: blockFrames)
    let scratchCount = extractorScratchCount
    session.pool.run(tasks) { task, worker in
      let scratch = workspace + worker * scratchCount
      stack.run(
        samples: samples, sampleCount: waveform.samples.count, mean: waveform.mean, factor: waveform.factor,
        firstMatrix: session.foldedConvolution, frames: task * frames / tasks..<(task + 1) * frames / tasks,
        blockFrames: blockFrames, scratch: scratch
      ) { first, count, channels in
        // The first worker is the calling thread.
        project(
          channels, count: count, to: x + first * embedDim, rowScratch: scratch + stackCount,
          clock: worker == 0 ? session.clock : nil)
        return !session.isCancelled
      }
    }
  }

  /// What folds the group norm of the first convolution into it; nil for other extractors.
  private var groupNormFold: GroupNormFold? {
    guard session.foldedConvolution != nil, let first = weights.convs.first else { return nil }
    return GroupNormFold(layer: first, multiplier: model.multiplier)
  }

  /// Factors and layer norm of the channels, in place, and the projection of a block of frames.
  private func project(
    _ channels: UnsafeMutablePointer<Float>, count: Int, to x: UnsafeMutablePointer<Float>,
    rowScratch: UnsafeMutablePointer<Float>, clock: StageClock?
  ) {
    // The last layer's frames are not needed by a later block, so they may be overwritten.
    let width = model.shape.extractorChannels
    if let scale = weights.channelScale {
      let factors = UnsafePointer(scale.start)
      for frame in 0..<count {
        let row = channels + frame * width
        for channel in 0..<width { row[channel] *= factors[channel] }
      }
    }
    if let norm = weights.featureNorm { model.multiplier.kernels.layerNorm(norm.rows(channels, count: count)) }
    guard let projection = weights.projection else {
      x.update(from: channels, count: count * width)
      return
    }
    session.recorder?.record(.projection, channels, count: count, stride: width, width: width)
    clock.measure(.projections) {
      projection.multiply(
        MatrixProduct(
          rows: count, a: channels, aStride: projection.depth, c: x, cStride: projection.columns,
          totalRows: frames),
        with: model.multiplier, scratch: ProductScratch(rows: rowScratch))
    }
  }

  private var positionConvolution: PositionConvolution {
    PositionConvolution(layers: weights.position, norm: weights.positionNorm, multiplier: model.multiplier)
  }

  /// Position convolution and, in post-norm models, the encoder's layer norm.
  private func convolvePositions(_ x: UnsafeMutablePointer<Float>, workspace: UnsafeMutablePointer<Float>) {
    session.clock.measure(.positionConvolution) {
      positionConvolution.add(to: x, frames: frames, workspace: workspace, on: session.pool)
    }
    if model.shape.normPlacement == .after { normalize(weights.encoderNorm, x) }
  }

  private func normalize(_ norm: NormWeights, _ x: UnsafeMutablePointer<Float>) {
    session.clock.measure(.norms) {
      norm.normalize(x, to: x, frames: frames, kernels: model.multiplier.kernels, on: session.pool)
    }
  }
}
