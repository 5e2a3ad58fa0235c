public import LHKernels

/// What `Precision.auto` found out about a precision.
public struct PrecisionTrial: Sendable, Equatable {
  /// The precision that was tried.
  public let precision: Precision
  /// Root mean square of the last hidden state's difference from that of float32, over the root mean square of the
  /// latter, on a built-in second like speech.
  public let relativeError: Double
}
