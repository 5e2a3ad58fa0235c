/// The number formats that checkpoints and subnet files hold.
public enum ElementType: String, Sendable, Hashable, CaseIterable {
  case float32, float16, bfloat16, float64

  /// Bytes of one element.
  public var byteCount: Int {
    switch self {
    case .float16, .bfloat16: 2
    case .float32: 4
    case .float64: 8
    }
  }
}
