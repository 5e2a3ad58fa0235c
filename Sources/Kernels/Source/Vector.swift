// This folder is compiled once for each instruction set (Source, AVX2 and AVX512 are the same files). Only raw
// pointers, concrete SIMD types and Int may be used here: a symbol of the standard library that was emitted for a wide
// instruction set could otherwise be linked into code that an older processor runs.

import LHVectors

#if KERNELS_AVX512
  typealias Vector = SIMD16<Float>
  typealias IntVector = SIMD16<Int32>
  typealias MaskVector = SIMDMask<SIMD16<Int32>>
#elseif KERNELS_AVX2
  typealias Vector = SIMD8<Float>
  typealias IntVector = SIMD8<Int32>
  typealias MaskVector = SIMDMask<SIMD8<Int32>>
#else
  typealias Vector = SIMD4<Float>
  typealias IntVector = SIMD4<Int32>
  typealias MaskVector = SIMDMask<SIMD4<Int32>>
#endif

/// Lanes of a vector.
@inline(__always) var lanes: Int { Vector.scalarCount }

@inline(__always)
func load(_ pointer: UnsafePointer<Float>) -> Vector {
  UnsafeRawPointer(pointer).loadUnaligned(as: Vector.self)
}

@inline(__always)
func store(_ vector: Vector, _ pointer: UnsafeMutablePointer<Float>) {
  UnsafeMutableRawPointer(pointer).storeBytes(of: vector, as: Vector.self)
}

/// `sum + left * right`, fused where the processor has it. The baseline of x86-64 has not: there a fused operation
/// would be a library call for each lane.
@inline(__always)
func multiplyAdd(_ sum: Vector, _ left: Vector, _ right: Vector) -> Vector {
  #if KERNELS_AVX512
    cpu_fma16(sum, left, right)
  #elseif KERNELS_AVX2
    cpu_fma8(sum, left, right)
  #elseif arch(x86_64)
    sum + left * right
  #else
    cpu_fma4(sum, left, right)
  #endif
}
