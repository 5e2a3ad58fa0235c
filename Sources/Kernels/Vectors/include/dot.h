#ifndef LIGHTHUBERT_DOT_H
#define LIGHTHUBERT_DOT_H

// Dot products of narrow numbers that lie in the 32-bit lanes of vectors, and what belongs to them. Swift's SIMD types
// have no such operations. Each exists where it is compiled for a processor that has it.

#include "fma.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define CPU_INLINE static inline __attribute__((always_inline))

typedef int cpu_int4 __attribute__((ext_vector_type(4)));
typedef int cpu_int8 __attribute__((ext_vector_type(8)));
typedef int cpu_int16 __attribute__((ext_vector_type(16)));

// MARK: Four bytes in a lane, one instruction

#if defined(__AVX512VNNI__)
/// `sum` and the four products of the unsigned bytes of `left` with the signed ones of `right`.
CPU_INLINE cpu_int16 cpu_dot_bytes16(cpu_int16 sum, cpu_int16 left, cpu_int16 right) {
  return (cpu_int16)_mm512_dpbusd_epi32((__m512i)sum, (__m512i)left, (__m512i)right);
}
#endif

#if defined(__AVXVNNI__)
/// The same for eight lanes.
CPU_INLINE cpu_int8 cpu_dot_bytes8(cpu_int8 sum, cpu_int8 left, cpu_int8 right) {
  return (cpu_int8)_mm256_dpbusd_avx_epi32((__m256i)sum, (__m256i)left, (__m256i)right);
}
#endif

// MARK: What keeps the compiler within sixteen registers

#if defined(__AVX2__)
/// The 32 bits at an address in eight lanes. What follows is done with the vector, where the compiler would do it with
/// the word, in other registers, and move that; and it reads the word again where it is wanted again.
CPU_INLINE cpu_int8 cpu_word8(const void *address) {
  cpu_int8 words;
  __asm__ volatile("vpbroadcastd %1, %0" : "=x"(words) : "m"(*(const char(*)[4])address));
  return words;
}

/// The same vector. What is added to it before and after stays apart.
CPU_INLINE cpu_float8 cpu_keep8(cpu_float8 sum) {
  __asm__ volatile("" : "+x"(sum));
  return sum;
}
#endif

// MARK: Two 16-bit integers in a lane

/// `sum` and the two products of the signed 16-bit halves of a lane.
CPU_INLINE cpu_int4 cpu_dot_halves4(cpu_int4 sum, cpu_int4 left, cpu_int4 right) {
#if defined(__SSE2__)
  return sum + (cpu_int4)_mm_madd_epi16((__m128i)left, (__m128i)right);
#else
  return sum + (left << 16 >> 16) * (right << 16 >> 16) + (left >> 16) * (right >> 16);
#endif
}

#if defined(__AVX2__)
/// The same for eight lanes.
CPU_INLINE cpu_int8 cpu_dot_halves8(cpu_int8 sum, cpu_int8 left, cpu_int8 right) {
  sum += (cpu_int8)_mm256_madd_epi16((__m256i)left, (__m256i)right);
  // Keeps the compiler from adding several products first, which would need more registers than there are.
  __asm__("" : "+x"(sum));
  return sum;
}
#endif

#if defined(__AVX512BW__)
/// The same for sixteen lanes.
CPU_INLINE cpu_int16 cpu_dot_halves16(cpu_int16 sum, cpu_int16 left, cpu_int16 right) {
  return sum + (cpu_int16)_mm512_madd_epi16((__m512i)left, (__m512i)right);
}
#endif

// MARK: The bytes of a lane as two pairs of 16-bit integers

typedef short cpu_short8 __attribute__((ext_vector_type(8)));
typedef short cpu_short16 __attribute__((ext_vector_type(16)));
typedef short cpu_short32 __attribute__((ext_vector_type(32)));
typedef unsigned short cpu_ushort8 __attribute__((ext_vector_type(8)));
typedef unsigned short cpu_ushort16 __attribute__((ext_vector_type(16)));
typedef unsigned short cpu_ushort32 __attribute__((ext_vector_type(32)));

/// Bytes 0 and 2, signed.
CPU_INLINE cpu_int4 cpu_signed_evens4(cpu_int4 bytes) { return (cpu_int4)((cpu_short8)bytes << 8 >> 8); }
CPU_INLINE cpu_int8 cpu_signed_evens8(cpu_int8 bytes) { return (cpu_int8)((cpu_short16)bytes << 8 >> 8); }
CPU_INLINE cpu_int16 cpu_signed_evens16(cpu_int16 bytes) { return (cpu_int16)((cpu_short32)bytes << 8 >> 8); }

/// Bytes 1 and 3, signed.
CPU_INLINE cpu_int4 cpu_signed_odds4(cpu_int4 bytes) { return (cpu_int4)((cpu_short8)bytes >> 8); }
CPU_INLINE cpu_int8 cpu_signed_odds8(cpu_int8 bytes) { return (cpu_int8)((cpu_short16)bytes >> 8); }
CPU_INLINE cpu_int16 cpu_signed_odds16(cpu_int16 bytes) { return (cpu_int16)((cpu_short32)bytes >> 8); }

/// Bytes 1 and 3, unsigned.
CPU_INLINE cpu_int4 cpu_unsigned_odds4(cpu_int4 bytes) { return (cpu_int4)((cpu_ushort8)bytes >> 8); }
CPU_INLINE cpu_int8 cpu_unsigned_odds8(cpu_int8 bytes) { return (cpu_int8)((cpu_ushort16)bytes >> 8); }
CPU_INLINE cpu_int16 cpu_unsigned_odds16(cpu_int16 bytes) { return (cpu_int16)((cpu_ushort32)bytes >> 8); }

// MARK: Two bfloat16 in a lane

#if defined(__AVX512BF16__)
/// `sum` and the two products of the bfloat16 halves of a lane.
CPU_INLINE cpu_float16 cpu_dot_bfloats16(cpu_float16 sum, cpu_int16 left, cpu_int16 right) {
  return (cpu_float16)_mm512_dpbf16_ps((__m512)sum, (__m512bh)left, (__m512bh)right);
}
#endif

// MARK: Comparisons

/// The larger lanes; those of `right` where one is NaN.
CPU_INLINE cpu_float4 cpu_larger4(cpu_float4 left, cpu_float4 right) { return left > right ? left : right; }

/// The same for eight lanes.
CPU_INLINE cpu_float8 cpu_larger8(cpu_float8 left, cpu_float8 right) { return left > right ? left : right; }

/// The same for sixteen lanes.
CPU_INLINE cpu_float16 cpu_larger16(cpu_float16 left, cpu_float16 right) { return left > right ? left : right; }

/// The smaller lanes; those of `right` where one is NaN.
CPU_INLINE cpu_float4 cpu_smaller4(cpu_float4 left, cpu_float4 right) { return left < right ? left : right; }

/// The same for eight lanes.
CPU_INLINE cpu_float8 cpu_smaller8(cpu_float8 left, cpu_float8 right) { return left < right ? left : right; }

/// The same for sixteen lanes.
CPU_INLINE cpu_float16 cpu_smaller16(cpu_float16 left, cpu_float16 right) { return left < right ? left : right; }

typedef unsigned cpu_uint4 __attribute__((ext_vector_type(4)));
typedef unsigned cpu_uint8 __attribute__((ext_vector_type(8)));
typedef unsigned cpu_uint16 __attribute__((ext_vector_type(16)));

/// The larger integers.
CPU_INLINE cpu_int4 cpu_larger_ints4(cpu_int4 left, cpu_int4 right) { return __builtin_elementwise_max(left, right); }
CPU_INLINE cpu_int8 cpu_larger_ints8(cpu_int8 left, cpu_int8 right) { return __builtin_elementwise_max(left, right); }
CPU_INLINE cpu_int16 cpu_larger_ints16(cpu_int16 left, cpu_int16 right) {
  return __builtin_elementwise_max(left, right);
}

/// The larger unsigned integers.
CPU_INLINE cpu_int4 cpu_larger_unsigned4(cpu_int4 left, cpu_int4 right) {
  return (cpu_int4)__builtin_elementwise_max((cpu_uint4)left, (cpu_uint4)right);
}
CPU_INLINE cpu_int8 cpu_larger_unsigned8(cpu_int8 left, cpu_int8 right) {
  return (cpu_int8)__builtin_elementwise_max((cpu_uint8)left, (cpu_uint8)right);
}
CPU_INLINE cpu_int16 cpu_larger_unsigned16(cpu_int16 left, cpu_int16 right) {
  return (cpu_int16)__builtin_elementwise_max((cpu_uint16)left, (cpu_uint16)right);
}

/// The largest integer of all lanes.
CPU_INLINE int cpu_largest_int4(cpu_int4 integers) { return __builtin_reduce_max(integers); }
CPU_INLINE int cpu_largest_int8(cpu_int8 integers) { return __builtin_reduce_max(integers); }
CPU_INLINE int cpu_largest_int16(cpu_int16 integers) { return __builtin_reduce_max(integers); }

/// The largest unsigned integer of all lanes.
CPU_INLINE unsigned cpu_largest_unsigned4(cpu_int4 integers) { return __builtin_reduce_max((cpu_uint4)integers); }
CPU_INLINE unsigned cpu_largest_unsigned8(cpu_int8 integers) { return __builtin_reduce_max((cpu_uint8)integers); }
CPU_INLINE unsigned cpu_largest_unsigned16(cpu_int16 integers) { return __builtin_reduce_max((cpu_uint16)integers); }

// MARK: Conversions

/// The nearest floats.
CPU_INLINE cpu_float4 cpu_floats4(cpu_int4 integers) { return __builtin_convertvector(integers, cpu_float4); }

/// The same for eight lanes.
CPU_INLINE cpu_float8 cpu_floats8(cpu_int8 integers) { return __builtin_convertvector(integers, cpu_float8); }

/// The same for sixteen lanes.
CPU_INLINE cpu_float16 cpu_floats16(cpu_int16 integers) { return __builtin_convertvector(integers, cpu_float16); }

// MARK: Narrowing, in order

typedef signed char cpu_schar16 __attribute__((ext_vector_type(16)));
typedef unsigned char cpu_uchar16 __attribute__((ext_vector_type(16)));

#if !defined(__SSE2__)
/// The lanes of four vectors.
CPU_INLINE cpu_int16 cpu_joined4(cpu_int4 a, cpu_int4 b, cpu_int4 c, cpu_int4 d) {
  cpu_int8 ab = __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7);
  cpu_int8 cd = __builtin_shufflevector(c, d, 0, 1, 2, 3, 4, 5, 6, 7);
  return __builtin_shufflevector(ab, cd, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
}
#endif

/// The integers of four vectors, which must be in -32768...32767, as unsigned bytes; those outside 0...255 become the
/// nearer end.
CPU_INLINE cpu_int4 cpu_unsigned_bytes4(cpu_int4 a, cpu_int4 b, cpu_int4 c, cpu_int4 d) {
#if defined(__SSE2__)
  return (cpu_int4)_mm_packus_epi16(
      _mm_packs_epi32((__m128i)a, (__m128i)b), _mm_packs_epi32((__m128i)c, (__m128i)d));
#else
  cpu_int16 all = cpu_joined4(a, b, c, d);
  all = __builtin_elementwise_min(__builtin_elementwise_max(all, (cpu_int16)0), (cpu_int16)255);
  return (cpu_int4)__builtin_convertvector(all, cpu_uchar16);
#endif
}

/// The same as signed bytes, -128...127.
CPU_INLINE cpu_int4 cpu_signed_bytes4(cpu_int4 a, cpu_int4 b, cpu_int4 c, cpu_int4 d) {
#if defined(__SSE2__)
  return (cpu_int4)_mm_packs_epi16(
      _mm_packs_epi32((__m128i)a, (__m128i)b), _mm_packs_epi32((__m128i)c, (__m128i)d));
#else
  cpu_int16 all = cpu_joined4(a, b, c, d);
  all = __builtin_elementwise_min(__builtin_elementwise_max(all, (cpu_int16)-128), (cpu_int16)127);
  return (cpu_int4)__builtin_convertvector(all, cpu_schar16);
#endif
}

/// The upper halves of the lanes of two vectors.
CPU_INLINE cpu_int4 cpu_upper_halves4(cpu_int4 a, cpu_int4 b) {
#if defined(__SSE2__)
  return (cpu_int4)_mm_packs_epi32((__m128i)(a >> 16), (__m128i)(b >> 16));
#else
  return (cpu_int4)__builtin_shufflevector((cpu_short8)a, (cpu_short8)b, 1, 3, 5, 7, 9, 11, 13, 15);
#endif
}

#if defined(__AVX2__)
/// The same for eight lanes. The instructions narrow each half of a vector on its own.
CPU_INLINE cpu_int8 cpu_unsigned_bytes8(cpu_int8 a, cpu_int8 b, cpu_int8 c, cpu_int8 d) {
  __m256i bytes = _mm256_packus_epi16(
      _mm256_packs_epi32((__m256i)a, (__m256i)b), _mm256_packs_epi32((__m256i)c, (__m256i)d));
  return __builtin_shufflevector((cpu_int8)bytes, (cpu_int8)bytes, 0, 4, 1, 5, 2, 6, 3, 7);
}

CPU_INLINE cpu_int8 cpu_signed_bytes8(cpu_int8 a, cpu_int8 b, cpu_int8 c, cpu_int8 d) {
  __m256i bytes = _mm256_packs_epi16(
      _mm256_packs_epi32((__m256i)a, (__m256i)b), _mm256_packs_epi32((__m256i)c, (__m256i)d));
  return __builtin_shufflevector((cpu_int8)bytes, (cpu_int8)bytes, 0, 4, 1, 5, 2, 6, 3, 7);
}

CPU_INLINE cpu_int8 cpu_upper_halves8(cpu_int8 a, cpu_int8 b) {
  cpu_int8 halves = (cpu_int8)_mm256_packs_epi32((__m256i)(a >> 16), (__m256i)(b >> 16));
  return __builtin_shufflevector(halves, halves, 0, 1, 4, 5, 2, 3, 6, 7);
}
#endif

#if defined(__AVX512BW__)
/// The same for sixteen lanes.
CPU_INLINE cpu_int16 cpu_unsigned_bytes16(cpu_int16 a, cpu_int16 b, cpu_int16 c, cpu_int16 d) {
  __m512i bytes = _mm512_packus_epi16(
      _mm512_packs_epi32((__m512i)a, (__m512i)b), _mm512_packs_epi32((__m512i)c, (__m512i)d));
  return __builtin_shufflevector(
      (cpu_int16)bytes, (cpu_int16)bytes, 0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
}

CPU_INLINE cpu_int16 cpu_signed_bytes16(cpu_int16 a, cpu_int16 b, cpu_int16 c, cpu_int16 d) {
  __m512i bytes = _mm512_packs_epi16(
      _mm512_packs_epi32((__m512i)a, (__m512i)b), _mm512_packs_epi32((__m512i)c, (__m512i)d));
  return __builtin_shufflevector(
      (cpu_int16)bytes, (cpu_int16)bytes, 0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
}

CPU_INLINE cpu_int16 cpu_upper_halves16(cpu_int16 a, cpu_int16 b) {
  return (cpu_int16)__builtin_shufflevector(
      (cpu_short32)a, (cpu_short32)b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31, 33, 35, 37, 39, 41, 43,
      45, 47, 49, 51, 53, 55, 57, 59, 61, 63);
}
#endif

#undef CPU_INLINE

#endif
