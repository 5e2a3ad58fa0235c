import LHVectors

// What products and conversions of narrow numbers do with vectors.

@inline(__always)
func loadWords(_ pointer: UnsafeRawPointer) -> IntVector { pointer.loadUnaligned(as: IntVector.self) }

/// The 32 bits at an address, in all lanes.
@inline(__always)
func repeatedWord(_ pointer: UnsafeRawPointer) -> IntVector {
  #if KERNELS_AVX2 && !KERNELS_VNNI
    cpu_word8(pointer)
  #else
    IntVector(repeating: pointer.loadUnaligned(as: Int32.self))
  #endif
}

/// The larger lanes; those of `right` where one is NaN.
@inline(__always)
func larger(_ left: Vector, _ right: Vector) -> Vector {
  #if KERNELS_AVX512
    cpu_larger16(left, right)
  #elseif KERNELS_AVX2
    cpu_larger8(left, right)
  #else
    cpu_larger4(left, right)
  #endif
}

/// The smaller lanes; those of `right` where one is NaN.
@inline(__always)
func smaller(_ left: Vector, _ right: Vector) -> Vector {
  #if KERNELS_AVX512
    cpu_smaller16(left, right)
  #elseif KERNELS_AVX2
    cpu_smaller8(left, right)
  #else
    cpu_smaller4(left, right)
  #endif
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

/// The larger integers.
@inline(__always)
func larger(_ left: IntVector, _ right: IntVector) -> IntVector {
  #if KERNELS_AVX512
    cpu_larger_ints16(left, right)
  #elseif KERNELS_AVX2
    cpu_larger_ints8(left, right)
  #else
    cpu_larger_ints4(left, right)
  #endif
}

/// The larger integers, taken for unsigned ones.
@inline(__always)
func largerUnsigned(_ left: IntVector, _ right: IntVector) -> IntVector {
  #if KERNELS_AVX512
    cpu_larger_unsigned16(left, right)
  #elseif KERNELS_AVX2
    cpu_larger_unsigned8(left, right)
  #else
    cpu_larger_unsigned4(left, right)
  #endif
}

/// The largest integer of all lanes.
@inline(__always)
func largest(_ integers: IntVector) -> Int32 {
  #if KERNELS_AVX512
    cpu_largest_int16(integers)
  #elseif KERNELS_AVX2
    cpu_largest_int8(integers)
  #else
    cpu_largest_int4(integers)
  #endif
}

/// The largest integer of all lanes, taken for unsigned ones.
@inline(__always)
func largestUnsigned(_ integers: IntVector) -> UInt32 {
  #if KERNELS_AVX512
    cpu_largest_unsigned16(integers)
  #elseif KERNELS_AVX2
    cpu_largest_unsigned8(integers)
  #else
    cpu_largest_unsigned4(integers)
  #endif
}
