import LHKernelTypes
import LHKernels

extension Model {
  /// What `Precision.auto` may become in place of float32, the fastest first. Without instructions for it bfloat16 is
  /// no faster than float32; eight-bit integers are.
  private var fasterPrecisions: [Precision] {
    multiplier.kernels.dotProducts.bfloat16 == nil ? [.int8, .int8Mixed] : [.int8, .int8Mixed, .bf16]
  }

  /// Opens a model in the fastest precision whose error stays within a limit; in float32 when none does.
  ///
  /// At most two sets of weights are held at a time: those of float32, and those that are tried.
  ///
  /// - Parameters:
  ///   - limit: The most that `PrecisionTrial.relativeError` may be. No error stays within 0 or less, or not a number.
  ///   - open: Opens the model in a precision.
  /// - Returns: The model, and what was tried in which order.
  static func fastest(
    within limit: Double, open: (Precision) throws(ModelFault) -> Model
  ) throws(ModelFault) -> (model: Model, trials: [PrecisionTrial]) {
    let exact = try open(.f32)
    guard limit > 0 else { return (exact, []) }
    let samples = ProbeSignal.samples(count: max(16_000, exact.shape.convolutions.minimumSampleCount))
    let reference = try exact.features(of: samples)
    var trials: [PrecisionTrial] = []
    for precision in exact.fasterPrecisions {
      let model = try open(precision)
      let state = try model.features(of: samples)
      let error = state.values.withUnsafeBufferPointer { state in
        reference.values.withUnsafeBufferPointer { StateDifference(of: state, from: $0).relativeError }
      }
      trials.append(PrecisionTrial(precision: precision, relativeError: error))
      if error <= limit { return (model, trials) }
    }
    return (exact, trials)
  }
}
