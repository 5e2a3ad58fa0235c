import Glibc
package import LHKernelTypes
import LHKernelsBaseline
import LHVectors

#if arch(x86_64)
  import LHKernelsAVX2
  import LHKernelsAVX2VNNI
  import LHKernelsAVX512
  import LHKernelsAVX512BF16
  import LHKernelsAVX512VNNI
#endif

/// The kernels that this processor can run, and the choice among them.
package enum InstructionSet {
  /// All sets of this build and processor, the fastest first. `scalar` is the reference that the others are tested
  /// against. A plain set, which uses no dot-product instructions, is here only where the other one uses some.
  package static var available: [KernelSet] {
    families.flatMap { [$0.best] + ($0.best.dotProducts == $0.plain.dotProducts ? [] : [$0.plain]) }
      + [LHKernelsBaseline.kernels, ReferenceKernels.set]
  }

  /// The names that `LHB_ISA` may have.
  package static let names = ["avx512", "avx512-plain", "avx2", "avx2-plain", "baseline", "scalar"]

  /// The named set; without a name the one that the environment variable `LHB_ISA` names, else the fastest.
  package static func select(_ name: String? = nil) throws(KernelFault) -> KernelSet {
    let sets = families.flatMap { [$0.best, $0.plain] } + [LHKernelsBaseline.kernels, ReferenceKernels.set]
    guard let name = name ?? getenv("LHB_ISA").map({ String(cString: $0) }), !name.isEmpty else { return sets[0] }
    guard names.contains(name) else { throw .unknownInstructionSet(name, known: names) }
    guard let set = sets.first(where: { $0.name == name }) else {
      throw .missingInstructionSet(name, available: sets.map(\.name))
    }
    return set
  }

  /// The sets of each kind of vectors that this processor has: with the dot-product instructions that it has, and
  /// without.
  private static var families: [(best: KernelSet, plain: KernelSet)] {
    var families: [(best: KernelSet, plain: KernelSet)] = []
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
        families.append((best, LHKernelsAVX512.kernels.renamed("avx512-plain")))
      }
      if level >= 3 {
        var best = LHKernelsAVX2.kernels
        if cpu_has_avx_vnni() != 0 {
          best.useDotProducts("vnni", int8: { LHKernelsAVX2VNNI.multiplyInt8Panel($0) })
        }
        families.append((best, LHKernelsAVX2.kernels.renamed("avx2-plain")))
      }
    #endif
    return families
  }
}
