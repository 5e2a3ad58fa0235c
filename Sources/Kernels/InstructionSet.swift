import CPU
import Glibc
package import KernelTypes
import KernelsBaseline

#if arch(x86_64)
  import KernelsAVX2
  import KernelsAVX512
#endif

/// The kernels that this processor can run, and the choice among them.
package enum InstructionSet {
  /// All sets of this build and processor, the fastest first. `scalar` is the plain twin that the others are tested
  /// against.
  package static var available: [KernelSet] {
    var sets: [KernelSet] = []
    #if arch(x86_64)
      let level = cpu_x86_64_level()
      if level >= 4 { sets.append(KernelsAVX512.kernels) }
      if level >= 3 { sets.append(KernelsAVX2.kernels) }
    #endif
    return sets + [KernelsBaseline.kernels, scalarKernels]
  }

  /// The names that `LHB_ISA` may have.
  package static let names = ["avx512", "avx2", "baseline", "scalar"]

  /// The named set; without a name the one that the environment variable `LHB_ISA` names, else the fastest.
  package static func select(_ name: String? = nil) throws(KernelFault) -> KernelSet {
    let sets = available
    guard let name = name ?? getenv("LHB_ISA").map({ String(cString: $0) }), !name.isEmpty else { return sets[0] }
    guard names.contains(name) else { throw .unknownInstructionSet(name, known: names) }
    guard let set = sets.first(where: { $0.name == name }) else {
      throw .missingInstructionSet(name, available: sets.map(\.name))
    }
    return set
  }
}
