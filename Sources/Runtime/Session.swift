public import LHKernels
import LHModel
import LHSystem

/// Threads and memory for running one model, one utterance at a time. Memory grows to the longest utterance and is used
/// again. Not to be used by two threads at once; make a session for each.
public final class Session {
  /// The model.
  public let model: Model

  package let pool: WorkerPool
  var buffers = SessionBuffers()
  /// The first convolution with an utterance's group norm folded into it, from the first run of a model that has one.
  private(set) var foldedConvolution: WeightMatrix?

  /// Cuts of the work, which change speed and memory but no result.
  package var blocking: Blocking

  /// Measures the stages of runs; nil for none.
  package var clock: StageClock?
  /// Shown what the products of runs multiply; nil for none.
  package var recorder: ActivationRecorder?

  /// How work is cut.
  package struct Blocking {
    /// Frames of the feature extractor that are computed at a time.
    package var convFrames: Int
    /// Queries of an attention block, at most `Attention.queryBlock`.
    package var queries = Attention.queryBlock
  }

  /// Threads and memory for a model. The threads sleep between runs and end with the session.
  ///
  /// - Parameters:
  ///   - model: The model, which the session keeps.
  ///   - threadCount: Threads; nil for what the model's options say.
  public init(_ model: Model, threadCount: Int? = nil) {
    self.model = model
    blocking = Blocking(
      convFrames: model.precision == .f32 ? ConvStack.blockFrames : ConvStack.reducedBlockFrames)
    pool = WorkerPool(threadCount: threadCount ?? model.options.resolvedThreadCount)
  }

  /// Whether the run of this moment is to end.
  var isCancelled: Bool { pool.cancellation?.isCancelled ?? false }

  /// Hidden states of one utterance.
  ///
  /// - Parameters:
  ///   - samples: Mono at 16 kHz, in [-1, 1]; at least `Model.minimumSampleCount`, all finite.
  ///   - selection: Which hidden states, in which form.
  ///   - progress: Called with the done fraction of the work now and then; false cancels the run.
  ///   - cancellation: Ends the run from another thread or task, within milliseconds as a rule.
  /// - Returns: The hidden states, [selected, T, E], or [selected, T, P] of a projection.
  /// - Throws: `ModelFault.tooShort`, `.notFinite`, `.noSuchLayer`, `.noProjection` or `.cancelled`; `.cause` when
  ///   there is not memory enough.
  public func features(
    of samples: [Float], _ selection: FeatureSelection, progress: ((Double) -> Bool)? = nil,
    cancellation: Cancellation? = nil
  ) throws(ModelFault) -> Features {
    let indices = try model.layerIndices(selection.layers)
    let width = try model.width(of: selection)
    let frames = model.frameCount(forSamples: samples.count)
    let count = indices.count * frames * width
    do throws(OutOfMemory) {
      try MemoryLimit.probe(count * MemoryLayout<Float>.stride, for: "the result")
    } catch {
      throw .cause(error)
    }
    var fault: ModelFault?
    let values = [Float](unsafeUninitializedCapacity: count) { values, initialized in
      samples.withUnsafeBufferPointer { samples in
        do throws(ModelFault) {
          try run(samples, selection, into: values, progress: progress, cancellation: cancellation)
          initialized = count
        } catch {
          fault = error
        }
      }
    }
    if let fault { throw fault }
    return Features(layers: indices, frameCount: frames, embedDim: width, values: values)
  }

  /// Writes hidden states, [selected, T, E] or [selected, T, P], row-major, to memory of the caller.
  ///
  /// - Parameters:
  ///   - samples: As in `features(of:_:progress:cancellation:)`.
  ///   - selection: Which hidden states, in which form.
  ///   - values: Room for that many floats or more; less is a programming error, which stops the program.
  ///   - progress: Called with the done fraction of the work now and then; false cancels the run.
  ///   - cancellation: Ends the run from another thread or task.
  /// - Throws: `ModelFault`, as `features` does; then some of the memory may have been written.
  public func run(
    _ samples: UnsafeBufferPointer<Float>, _ selection: FeatureSelection,
    into values: UnsafeMutableBufferPointer<Float>, progress: ((Double) -> Bool)? = nil,
    cancellation: Cancellation? = nil
  ) throws(ModelFault) {
    let width = try model.width(of: selection)
    let count = try model.check(selection.layers) * model.frameCount(forSamples: samples.count) * width
    guard let target = values.baseAddress, values.count >= count else {
      preconditionFailure("\(count) floats are written, there is room for \(values.count)")
    }
    do throws(RunFault<Never>) {
      try forEachHiddenState(of: samples, selection, progress: progress, cancellation: cancellation) { place, state in
        (target + place * state.count).update(from: state.baseAddress!, count: state.count)
      }
    } catch {
      switch error {
      case .model(let fault): throw fault
      }
    }
  }

  /// Passes hidden states on as they come, rising, so that none is kept longer than the computation needs it.
  ///
  /// - Parameters:
  ///   - samples: As in `features(of:_:progress:cancellation:)`.
  ///   - selection: Which hidden states, in which form.
  ///   - progress: Called with the done fraction of the work now and then; false cancels the run.
  ///   - cancellation: Ends the run from another thread or task.
  ///   - body: Called with each hidden state, (its place among the selected ones, [T, E] or [T, P]), which is there for
  ///     the call only. What it throws ends the run at once; the session is as good as new.
  /// - Throws: `RunFault.model`, as `features` does; a fault of the samples comes before the first call of `body`.
  ///   `RunFault.body` with what `body` throws.
  public func forEachHiddenState<Failure: Error>(
    of samples: UnsafeBufferPointer<Float>, _ selection: FeatureSelection, progress: ((Double) -> Bool)? = nil,
    cancellation: Cancellation? = nil,
    _ body: (_ place: Int, _ state: UnsafeBufferPointer<Float>) throws(Failure) -> Void
  ) throws(RunFault<Failure>) {
    let frames = model.frameCount(forSamples: samples.count)
    let (waveform, projected) = try RunFault<Failure>.ofModel {
      () throws(ModelFault) -> (Waveform, UnsafeMutablePointer<Float>?) in
      try model.check(selection.layers)
      let width = try model.width(of: selection)
      try model.checkSampleCount(samples.count)
      let waveform = try Waveform(
        samples: samples, normalizes: selection.normalize ?? model.shape.normalizesWaveform,
        epsilon: model.shape.waveformEpsilon)
      try prepareFold()
      return (waveform, selection.isProjected ? try buffers.reserveProjection(frames * width) : nil)
    }
    pool.cancellation = cancellation
    defer { pool.cancellation = nil }
    let layerCount = model.layerCount
    try ForwardPass(session: self, frames: frames).run(
      waveform, layerZero: selection.layerZero, layerCount: selection.neededLayers(of: layerCount), progress: progress
    ) { (layer, isLast, state) throws(RunFault<Failure>) in
      try selection.forEachPlace(of: layer, isLast: isLast, layerCount: layerCount) {
        place throws(RunFault<Failure>) in
        let values =
          projected.map { project(state, frames: frames, to: $0) }
          ?? UnsafeBufferPointer(
            start: state, count: frames * model.width)
        do throws(Failure) { try body(place, values) } catch { throw .body(error) }
      }
    }
  }

  /// A hidden state through the final projection, [T, P].
  private func project(
    _ state: UnsafePointer<Float>, frames: Int, to target: UnsafeMutablePointer<Float>
  ) -> UnsafeBufferPointer<Float> {
    guard let matrix = model.weights.finalProjection else { preconditionFailure("the selection was checked") }
    clock.measure(.projections) {
      matrix.multiply(
        MatrixProduct(rows: frames, a: state, aStride: matrix.depth, c: target, cStride: matrix.columns),
        with: model.multiplier, on: pool)
    }
    return UnsafeBufferPointer(start: target, count: frames * matrix.columns)
  }

  private func prepareFold() throws(ModelFault) {
    guard foldedConvolution == nil, let first = model.weights.convs.first, first.rows != nil else { return }
    do throws(OutOfMemory) {
      foldedConvolution = try model.multiplier.matrix(
        depth: first.shape.kernel, columns: first.shape.channels, hasBias: true)
    } catch {
      throw .cause(error)
    }
  }
}
