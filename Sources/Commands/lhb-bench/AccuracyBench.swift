import LHKernels
import LHRuntime
import LHSystem

/// A float32 model that others are compared with, and its hidden states of some audio.
struct AccuracyBench {
  let reference: Model
  let samples: [Float]
  let runs: Int
  /// Hidden states 0 to L, one after another.
  private let states: Features
  private let session: Session

  /// Computes the hidden states.
  init(reference: Model, samples: [Float], runs: Int) throws(ModelFault) {
    self.reference = reference
    self.samples = samples
    self.runs = runs
    session = Session(reference)
    states = try session.features(of: samples, layers: .all)
  }

  /// Compares another model's hidden states, and its times in runs that take turns with the reference's. The first run
  /// of each is not measured.
  func compare(_ model: Model) throws -> Comparison {
    let other = Session(model)
    let size = states.frameCount * states.embedDim
    var differences: [StateDifference] = []
    try states.values.withUnsafeBufferPointer { expected in
      try samples.withUnsafeBufferPointer { samples throws(ModelFault) in
        try other.forEachHiddenState(of: samples, layers: .all, layerZero: .projection) { place, state in
          let expected = UnsafeBufferPointer(rebasing: expected[place * size..<(place + 1) * size])
          differences.append(StateDifference(of: state, from: expected))
        }
      }
    }
    var last = [Float](repeating: 0, count: size)
    var expectedLast = last
    var times: [Double] = []
    var referenceTimes: [Double] = []
    for index in 0...runs {
      let start = monotonicSeconds()
      try session.run(samples, into: &expectedLast)
      let middle = monotonicSeconds()
      try other.run(samples, into: &last)
      guard index > 0 else { continue }
      times.append(monotonicSeconds() - middle)
      referenceTimes.append(middle - start)
    }
    let difference = last.withUnsafeBufferPointer { last in
      expectedLast.withUnsafeBufferPointer { StateDifference(of: last, from: $0) }
    }
    return Comparison(
      model: model, times: times.sorted(), referenceTimes: referenceTimes.sorted(), states: differences,
      last: difference)
  }
}

/// A model beside the float32 reference.
struct Comparison {
  let model: Model
  /// Seconds of each run, rising.
  let times: [Double]
  /// Seconds of each of the reference's runs between them, rising.
  let referenceTimes: [Double]
  /// Hidden states 0 to L.
  let states: [StateDifference]
  /// The last representation, which with pre-norm models is not state L.
  let last: StateDifference

  /// Seconds of the median run.
  var median: Double { Measurement.median(times) }
  /// Seconds of the reference's median run.
  var referenceMedian: Double { Measurement.median(referenceTimes) }
}
