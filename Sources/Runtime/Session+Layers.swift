public import LHKernels

/// The same runs by their single choices.
extension Session {
  /// Hidden states of one utterance.
  ///
  /// - Parameters:
  ///   - samples: Mono at 16 kHz, in [-1, 1]; at least `Model.minimumSampleCount`, all finite.
  ///   - layers: Which hidden states, in which order.
  ///   - layerZero: What counts as hidden state 0.
  ///   - normalize: Whether the waveform is normalised; nil for what the model says.
  ///   - progress: Called with the done fraction of the work now and then; false cancels the run.
  ///   - cancellation: Ends the run from another thread or task, within milliseconds as a rule.
  /// - Returns: The hidden states, [selected, T, E].
  /// - Throws: `ModelFault.tooShort`, `.notFinite`, `.noSuchLayer` or `.cancelled`; `.cause` when there is not memory
  ///   enough.
  public func features(
    of samples: [Float], layers: LayerSelection = .last, layerZero: LayerZero = .projection, normalize: Bool? = nil,
    progress: ((Double) -> Bool)? = nil, cancellation: Cancellation? = nil
  ) throws(ModelFault) -> Features {
    try features(
      of: samples, FeatureSelection(layers: layers, layerZero: layerZero, normalize: normalize), progress: progress,
      cancellation: cancellation)
  }

  /// Writes hidden states, [selected, T, E], row-major, to memory of the caller.
  ///
  /// - Parameters:
  ///   - samples: As in `features(of:layers:layerZero:normalize:progress:cancellation:)`.
  ///   - layers: Which hidden states, in which order.
  ///   - layerZero: What counts as hidden state 0.
  ///   - normalize: Whether the waveform is normalised; nil for what the model says.
  ///   - values: Room for that many floats or more; less is a programming error, which stops the program.
  ///   - progress: Called with the done fraction of the work now and then; false cancels the run.
  ///   - cancellation: Ends the run from another thread or task.
  /// - Throws: `ModelFault`, as `features` does; then some of the memory may have been written.
  public func run(
    _ samples: UnsafeBufferPointer<Float>, layers: LayerSelection, layerZero: LayerZero, normalize: Bool? = nil,
    into values: UnsafeMutableBufferPointer<Float>, progress: ((Double) -> Bool)? = nil,
    cancellation: Cancellation? = nil
  ) throws(ModelFault) {
    try run(
      samples, FeatureSelection(layers: layers, layerZero: layerZero, normalize: normalize), into: values,
      progress: progress, cancellation: cancellation)
  }

  /// Passes hidden states on as they come, rising, so that none is kept longer than the computation needs it.
  ///
  /// - Parameters:
  ///   - samples: As in `features(of:layers:layerZero:normalize:progress:cancellation:)`.
  ///   - layers: Which hidden states, in which order.
  ///   - layerZero: What counts as hidden state 0.
  ///   - normalize: Whether the waveform is normalised; nil for what the model says.
  ///   - progress: Called with the done fraction of the work now and then; false cancels the run.
  ///   - cancellation: Ends the run from another thread or task.
  ///   - body: Called with each hidden state, (its place among the selected ones, [T, E]), which is there for the call
  ///     only.
  /// - Throws: `ModelFault`, as `features` does; a fault of the samples comes before the first call of `body`.
  public func forEachHiddenState(
    of samples: UnsafeBufferPointer<Float>, layers: LayerSelection, layerZero: LayerZero, normalize: Bool? = nil,
    progress: ((Double) -> Bool)? = nil, cancellation: Cancellation? = nil,
    _ body: (_ place: Int, _ state: UnsafeBufferPointer<Float>) -> Void
  ) throws(ModelFault) {
    do throws(RunFault<Never>) {
      try forEachHiddenState(
        of: samples, FeatureSelection(layers: layers, layerZero: layerZero, normalize: normalize),
        progress: progress, cancellation: cancellation, body)
    } catch {
      switch error {
      case .model(let fault): throw fault
      }
    }
  }

  /// The same with a `body` that may fail, for example where hidden states are written to a disk. What it throws ends
  /// the run at once, and is thrown as `RunFault.body`; the session is as good as new.
  public func forEachHiddenState<Failure: Error>(
    of samples: UnsafeBufferPointer<Float>, layers: LayerSelection, layerZero: LayerZero, normalize: Bool? = nil,
    progress: ((Double) -> Bool)? = nil, cancellation: Cancellation? = nil,
    throwing body: (_ place: Int, _ state: UnsafeBufferPointer<Float>) throws(Failure) -> Void
  ) throws(RunFault<Failure>) {
    try forEachHiddenState(
      of: samples, FeatureSelection(layers: layers, layerZero: layerZero, normalize: normalize), progress: progress,
      cancellation: cancellation, body)
  }
}
