import CLightHuBERT
import LightHuBERT

/// How a caller wants a model opened.
func runtimeOptions(_ pointer: UnsafePointer<lh_model_options>?) throws(CallFault) -> RuntimeOptions {
  let options = try options(pointer, else: lh_model_options())
  try checkReserved(options.reserved)
  let longestName = 32
  let precision: Precision = try choice(
    options.precision, among: .auto, .f32, .bf16, .int8, .int8Mixed, of: "precision")
  return RuntimeOptions(
    threadCount: try threadCount(options.thread_count),
    instructionSet: options.instruction_set == nil
      ? nil : try text(options.instruction_set, "instruction_set", limit: longestName),
    precision: precision, maxError: try maxError(options.max_error, precision: precision))
}

/// The error that a model may make; nil for none.
private func maxError(_ value: Float, precision: Precision) throws(CallFault) -> Double? {
  guard value != 0 else { return nil }
  guard value > 0, value <= 1 else {
    throw CallFault(LH_INVALID_ARGUMENT, "max_error is \(value), expected 0 to 1")
  }
  guard precision == .auto else {
    throw CallFault(LH_INVALID_ARGUMENT, "max_error is \(value), but precision is not LH_PRECISION_AUTO")
  }
  return Double(value)
}

extension Precision {
  /// The number that C programs know it by.
  var code: Int {
    switch self {
    case .auto: LH_PRECISION_AUTO
    case .f32: LH_PRECISION_F32
    case .bf16: LH_PRECISION_BF16
    case .int8: LH_PRECISION_INT8
    case .int8Mixed: LH_PRECISION_INT8_MIXED
    }
  }
}
