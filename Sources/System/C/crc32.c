#include "crc32.h"

#if defined(__x86_64__)

#include <cpuid.h>
#include <immintrin.h>

int cpu_has_crc32(void) {
  unsigned int a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d)) return 0;
  return (c & (1u << 1)) && (c & (1u << 19));  // PCLMULQDQ and SSE4.1
}

#define CRC32_TARGET __attribute__((target("pclmul,sse4.1")))

/// 128 bits brought forward by the distance that `powers` stands for, and added to what stands there.
CRC32_TARGET static inline __m128i fold(__m128i value, __m128i powers, __m128i there) {
  const __m128i low = _mm_clmulepi64_si128(value, powers, 0x00);
  const __m128i high = _mm_clmulepi64_si128(value, powers, 0x11);
  return _mm_xor_si128(_mm_xor_si128(low, high), there);
}

static inline __m128i load(const uint8_t *bytes) { return _mm_loadu_si128((const __m128i *)bytes); }

// Folding and Barrett reduction as in Gopal et al., "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ
// Instruction", with that paper's constants for the reflected polynomial.
CRC32_TARGET uint32_t cpu_crc32_blocks(uint32_t crc, const uint8_t *bytes, size_t count) {
  const __m128i by_512 = _mm_set_epi64x(0x1c6e41596, 0x154442bd4);
  const __m128i by_128 = _mm_set_epi64x(0x0ccaa009e, 0x1751997d0);
  const __m128i by_64 = _mm_set_epi64x(0, 0x163cd6124);
  const __m128i polynomial = _mm_set_epi64x(0x1f7011641, 0x1db710641);
  const __m128i low_words = _mm_setr_epi32(~0, 0, ~0, 0);

  __m128i sums[4];
  for (int lane = 0; lane < 4; lane++) sums[lane] = load(bytes + 16 * lane);
  sums[0] = _mm_xor_si128(sums[0], _mm_cvtsi32_si128((int)crc));
  bytes += 64;
  count -= 64;
  for (; count >= 64; bytes += 64, count -= 64) {
#pragma clang loop unroll(full)
    for (int lane = 0; lane < 4; lane++) sums[lane] = fold(sums[lane], by_512, load(bytes + 16 * lane));
  }
  __m128i sum = sums[0];
  for (int lane = 1; lane < 4; lane++) sum = fold(sum, by_128, sums[lane]);
  for (; count >= 16; bytes += 16, count -= 16) sum = fold(sum, by_128, load(bytes));

  sum = _mm_xor_si128(_mm_srli_si128(sum, 8), _mm_clmulepi64_si128(sum, by_128, 0x10));
  __m128i upper = _mm_srli_si128(sum, 4);
  sum = _mm_xor_si128(_mm_clmulepi64_si128(_mm_and_si128(sum, low_words), by_64, 0x00), upper);

  __m128i quotient = _mm_clmulepi64_si128(_mm_and_si128(sum, low_words), polynomial, 0x10);
  __m128i product = _mm_clmulepi64_si128(_mm_and_si128(quotient, low_words), polynomial, 0x00);
  return (uint32_t)_mm_extract_epi32(_mm_xor_si128(sum, product), 1);
}

#else

int cpu_has_crc32(void) { return 0; }

uint32_t cpu_crc32_blocks(uint32_t crc, const uint8_t *bytes, size_t count) {
  (void)bytes, (void)count;
  return crc;
}

#endif
