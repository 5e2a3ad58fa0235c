import CPU

// What the tiles of narrow numbers do with vectors of 32-bit lanes.

@inline(__always)
func loadWords(_ pointer: UnsafeRawPointer) -> IntVector { pointer.loadUnaligned(as: IntVector.self) }

@inline(__always)
func loadWord(_ pointer: UnsafeRawPointer) -> IntVector {
  IntVector(repeating: pointer.loadUnaligned(as: Int32.self))
}

/// The nearest floats.
@inline(__always)
func floats(_ integers: IntVector) -> Vector {
  #if KERNELS_AVX512
    cpu_floats16(integers)
  #elseif KERNELS_AVX2
    cpu_floats8(integers)
  #else
    cpu_floats4(integers)
  #endif
}

/// The integers of four vectors, in -32768...32767, as unsigned bytes; those outside 0...255 become the nearer end.
@inline(__always)
func unsignedBytes(_ a: IntVector, _ b: IntVector, _ c: IntVector, _ d: IntVector) -> IntVector {
  #if KERNELS_AVX512
    cpu_unsigned_bytes16(a, b, c, d)
  #elseif KERNELS_AVX2
    cpu_unsigned_bytes8(a, b, c, d)
  #else
    cpu_unsigned_bytes4(a, b, c, d)
  #endif
}

/// The same as signed bytes, -128...127.
@inline(__always)
func signedBytes(_ a: IntVector, _ b: IntVector, _ c: IntVector, _ d: IntVector) -> IntVector {
  #if KERNELS_AVX512
    cpu_signed_bytes16(a, b, c, d)
  #elseif KERNELS_AVX2
    cpu_signed_bytes8(a, b, c, d)
  #else
    cpu_signed_bytes4(a, b, c, d)
  #endif
}

/// The upper halves of the lanes of two vectors.
@inline(__always)
func upperHalves(_ a: IntVector, _ b: IntVector) -> IntVector {
  #if KERNELS_AVX512
    cpu_upper_halves16(a, b)
  #elseif KERNELS_AVX2
    cpu_upper_halves8(a, b)
  #else
    cpu_upper_halves4(a, b)
  #endif
}
