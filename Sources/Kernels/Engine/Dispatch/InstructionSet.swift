import Glibc
package import LHKernelTypes
import LHKernelsBaseline
import LHVectors

#if arch(x86_64)
  import LHKernelsAVX2
  import LHKernelsAVX2VNNI
  import LHKernelsAVX512
  import LHKernelsAVX512AMX
  import LHKernelsAVX512BF16
  import LHKernelsAVX512VNNI
#endif

/// The kernels that this processor can run, and the choice among them.
package enum InstructionSet {
  /// All sets of this build and processor, the fastest first. `scalar` is the reference that the others are tested
  /// against. A set is here only if it uses other dot-product instructions than the one before it.
  package static var available: [KernelSet] {
    families().flatMap { family in
      family.indices.filter { $0 == 0 || family[$0].dotProducts != family[$0 - 1].dotProducts }.map { family[$0] }
    } + [LHKernelsBaseline.kernels, ReferenceKernels.set]
  }

  /// The names that `LHB_ISA` may have. `scalar-amx` is the reference in the forms that suit matrix registers.
  package static let names = [
    amx, "avx512", "avx512-plain", "avx2", "avx2-plain", "baseline", "scalar", "scalar-amx",
  ]

  /// The named set; without a name the one that the environment variable `LHB_ISA` names, else the fastest.
  package static func select(_ name: String? = nil) throws(KernelFault) -> KernelSet {
    guard let name = name ?? getenv("LHB_ISA").map({ String(cString: $0) }), !name.isEmpty else { return all()[0] }
    guard names.contains(name) else { throw .unknownInstructionSet(name, known: names) }
    guard let set = all(asksForMatrixRegisters: name == amx).first(where: { $0.name == name }) else {
      throw .missingInstructionSet(name, available: all().map(\.name))
    }
    return set
  }

  private static let amx = "avx512-amx"

  private static func all(asksForMatrixRegisters: Bool = true) -> [KernelSet] {
    families(asksForMatrixRegisters: asksForMatrixRegisters).flatMap(\.self)
      + [LHKernelsBaseline.kernels, ReferenceKernels.set, ReferenceKernels.splitSet]
  }

  /// The sets of each kind of vectors that this processor has, the fastest first: with matrix registers, with the
  /// dot-product instructions that it has, and without.
  ///
  /// - Parameter asksForMatrixRegisters: Whether the system is asked for them. A process that has them needs larger
  ///   stacks for signals, so that one that does not want them should not ask.
  private static func families(asksForMatrixRegisters: Bool = true) -> [[KernelSet]] {
    var families: [[KernelSet]] = []
    #if arch(x86_64)
      let level = cpu_x86_64_level()
      if level >= 4 {
        var best = LHKernelsAVX512.kernels
        if cpu_has_avx512_vnni() != 0 {
          best.useDotProducts("vnni", int8: { LHKernelsAVX512VNNI.multiplyInt8Panel($0) })
        }
        if cpu_has_avx512_bf16() != 0 {
          best.useDotProducts("avx512_bf16", bfloat16: { LHKernelsAVX512BF16.multiplyBFloat16Panel($0) })
        }
        families.append(
          (asksForMatrixRegisters ? withMatrixRegisters(best) : []) + [
            best, LHKernelsAVX512.kernels.renamed("avx512-plain"),
          ])
      }
      if level >= 3 {
        var best = LHKernelsAVX2.kernels
        if cpu_has_avx_vnni() != 0 {
          best.useDotProducts("vnni", int8: { LHKernelsAVX2VNNI.multiplyInt8Panel($0) })
        }
        families.append([best, LHKernelsAVX2.kernels.renamed("avx2-plain")])
      }
    #endif
    return families
  }

  #if arch(x86_64)
    /// The set with products in matrix registers, if there are any.
    private static func withMatrixRegisters(_ set: KernelSet) -> [KernelSet] {
      guard cpu_has_amx() != 0 else { return [] }
      var set = set.renamed(amx)
      set.useDotProducts("amx", int8: { LHKernelsAVX512AMX.multiplyInt8Panel($0) })
      set.useDotProducts("amx", bfloat16: { LHKernelsAVX512AMX.multiplyBFloat16Panel($0) })
      set.useMatrixRegisters(
        SplitKernels(
          splitRows: { LHKernelsAVX512AMX.splitToBFloat16($0) },
          multiplyPanel: { LHKernelsAVX512AMX.multiplySplitPanel($0) }))
      return [set]
    }
  #endif
}
