/// The dot-product instructions that a set of kernels uses. A set without them computes the same more slowly.
public struct DotProducts: Equatable, Sendable {
  /// "vnni" where four products of bytes are one instruction, "amx" where those of whole tiles are.
  public var int8: String?
  /// "avx512_bf16" where two products of bfloat16 are one instruction, "amx" where those of whole tiles are.
  public var bfloat16: String?

  /// Some instructions.
  public init(int8: String? = nil, bfloat16: String? = nil) {
    self.int8 = int8
    self.bfloat16 = bfloat16
  }
}
