public import LHKernels

extension Session {
  /// Hidden states of several utterances of any lengths, one after another, each on all of the session's threads.
  ///
  /// Nothing is padded: each result is, to the last bit, that of the utterance alone.
  ///
  /// - Parameters:
  ///   - utterances: Each mono at 16 kHz, in [-1, 1]; at least `Model.minimumSampleCount` samples, all finite.
  ///   - selection: Which hidden states, in which form.
  ///   - progress: Called with the done fraction of all samples now and then; false cancels.
  ///   - cancellation: Ends the work from another thread or task.
  /// - Returns: The features, in the order of the utterances.
  /// - Throws: `ModelFault.utterance` with the index of the first utterance that is at fault. Lengths are checked
  ///   before anything is computed.
  public func features(
    of utterances: [[Float]], _ selection: FeatureSelection, progress: ((Double) -> Bool)? = nil,
    cancellation: Cancellation? = nil
  ) throws(ModelFault) -> [Features] {
    for (index, samples) in utterances.enumerated() {
      do throws(ModelFault) {
        try model.checkSampleCount(samples.count)
      } catch {
        throw .utterance(index, error)
      }
    }
    let total = Double(utterances.reduce(0) { $0 + $1.count })
    var done = 0.0
    var results: [Features] = []
    results.reserveCapacity(utterances.count)
    for (index, samples) in utterances.enumerated() {
      let size = Double(samples.count)
      do throws(ModelFault) {
        results.append(
          try features(
            of: samples, selection, progress: progress.map { progress in { progress((done + $0 * size) / total) } },
            cancellation: cancellation)
        )
      } catch {
        switch error {
        case .notFinite: throw .utterance(index, error)
        default: throw error
        }
      }
      done += size
    }
    return results
  }

  /// The same by single choices.
  public func features(
    of utterances: [[Float]], layers: LayerSelection = .last, layerZero: LayerZero = .projection,
    normalize: Bool? = nil, progress: ((Double) -> Bool)? = nil, cancellation: Cancellation? = nil
  ) throws(ModelFault) -> [Features] {
    try features(
      of: utterances, FeatureSelection(layers: layers, layerZero: layerZero, normalize: normalize),
      progress: progress, cancellation: cancellation)
  }
}
