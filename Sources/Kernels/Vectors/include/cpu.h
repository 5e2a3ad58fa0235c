#ifndef LIGHTHUBERT_CPU_H
#define LIGHTHUBERT_CPU_H

#include "dot.h"
#include "fma.h"
#include "tiles.h"

/// The widest instruction set of this processor that the kernels are built for: 4 for x86-64-v4 (AVX-512 F, BW, CD, DQ,
/// VL), 3 for x86-64-v3 (AVX2, FMA), 0 for any other processor.
int cpu_x86_64_level(void);

/// 1 when this processor has dot products of bytes in AVX-512 vectors, else 0.
int cpu_has_avx512_vnni(void);

/// 1 when this processor has dot products of bfloat16 in AVX-512 vectors, else 0.
int cpu_has_avx512_bf16(void);

/// 1 when this processor has matrix registers with products of bytes and of bfloat16 (AMX) and the system lets this
/// process use them, for which it is asked here; else 0.
int cpu_has_amx(void);

/// 1 when this processor has dot products of bytes in AVX vectors, else 0.
int cpu_has_avx_vnni(void);

/// Makes the compiler read memory again that it has read before, so that it need not keep what it read in registers.
static inline __attribute__((always_inline)) void cpu_forget_reads(void) { __asm__ __volatile__("" ::: "memory"); }

// Always inlined: a call between the sums of a tile would have them all saved in memory.

/// Asks for a cache line that will be read soon, into the second-level cache. Any address may be given.
static inline __attribute__((always_inline)) void cpu_prefetch(const void *address) {
  __builtin_prefetch(address, 0, 2);
}

/// Asks for a cache line that will be written soon, into the first-level cache.
static inline __attribute__((always_inline)) void cpu_prefetch_written(const void *address) {
  __builtin_prefetch(address, 1, 3);
}

#endif
