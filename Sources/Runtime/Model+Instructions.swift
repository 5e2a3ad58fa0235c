package import LHKernelTypes
import LHKernels

extension Model {
  /// The kernels that run it.
  package var kernels: KernelSet { multiplier.kernels }

  /// Instructions that would make `precision` fast and that the kernels in use do without, by name: "VNNI" for
  /// eight-bit integers, "AVX512_BF16" for bfloat16. Empty when nothing is missing. The results are the same without
  /// them, but for the order of float32 roundings.
  public var missingInstructions: [String] {
    let found = multiplier.kernels.dotProducts
    var missing: [String] = []
    if precision.usesInt8 && found.int8 == nil { missing.append("VNNI") }
    if precision.usesBFloat16 && found.bfloat16 == nil { missing.append("AVX512_BF16") }
    return missing
  }
}

extension Precision {
  fileprivate var usesInt8: Bool { self == .int8 || self == .int8Mixed }
  fileprivate var usesBFloat16: Bool { self == .bf16 || self == .int8Mixed }
}
