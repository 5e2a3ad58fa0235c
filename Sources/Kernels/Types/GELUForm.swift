/// How exactly GELU is computed.
public enum GELUForm: Sendable {
  /// To the rounding of float32.
  case exact
  /// To within 2.5e-5, in two thirds of the time: for what is rounded to a narrow number format next.
  case coarse
}
