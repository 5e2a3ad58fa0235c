/// The samples of an utterance, checked, with the shift and scale that normalise them.
struct Waveform {
  let samples: UnsafeBufferPointer<Float>
  /// Subtracted from every sample; 0 when the waveform is not normalised.
  let mean: Float
  /// What every sample is multiplied by after that; 1 when the waveform is not normalised.
  let factor: Float

  /// Checks that all samples are finite, and finds mean and variance in double precision over the whole utterance.
  ///
  /// - Parameter epsilon: Added to the variance.
  init(
    samples: UnsafeBufferPointer<Float>, normalizes: Bool, epsilon: Double
  ) throws(ModelFault) {
    self.samples = samples
    var sum = 0.0
    for sample in samples { sum += Double(sample) }
    // A sum of floats in double precision cannot overflow: it is finite exactly when all of them are.
    if !sum.isFinite, let index = samples.firstIndex(where: { !$0.isFinite }) { throw .notFinite(sample: index) }
    guard normalizes else {
      mean = 0
      factor = 1
      return
    }
    let average = sum / Double(max(samples.count, 1))
    var squares = 0.0
    for sample in samples { squares += (Double(sample) - average) * (Double(sample) - average) }
    mean = Float(average)
    factor = Float(1 / (squares / Double(max(samples.count, 1)) + epsilon).squareRoot())
  }
}
