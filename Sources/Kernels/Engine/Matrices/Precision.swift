/// Number formats of the operands of products with weights. Those of attention are bfloat16 unless it is `f32`;
/// everything else is float32.
public enum Precision: String, Sendable, CaseIterable {
  /// float32 unless an error is allowed, then the fastest that stays within it.
  case auto
  /// float32.
  case f32
  /// bfloat16 operands, float32 sums.
  case bf16
  /// Eight-bit integers, with a scale for each frame and for each output channel.
  case int8
  /// Eight-bit integers but for the attention's projections, which are bfloat16.
  case int8Mixed = "int8-mixed"
}
