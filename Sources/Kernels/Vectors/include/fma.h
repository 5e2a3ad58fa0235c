#ifndef LIGHTHUBERT_FMA_H
#define LIGHTHUBERT_FMA_H

// Fused operations on vectors. `addingProduct` of Swift's SIMD types works on one lane after another; whether the
// optimiser finds the vectors again depends on the code around it. Swift imports these vectors as SIMD4, SIMD8 and
// SIMD16.

typedef float cpu_float4 __attribute__((ext_vector_type(4)));

/// `sum + left * right` with one rounding for each lane.
static inline __attribute__((always_inline)) cpu_float4 cpu_fma4(cpu_float4 sum, cpu_float4 left, cpu_float4 right) {
  return __builtin_elementwise_fma(left, right, sum);
}

typedef float cpu_float8 __attribute__((ext_vector_type(8)));

/// The same for eight lanes.
static inline __attribute__((always_inline)) cpu_float8 cpu_fma8(cpu_float8 sum, cpu_float8 left, cpu_float8 right) {
  return __builtin_elementwise_fma(left, right, sum);
}

typedef float cpu_float16 __attribute__((ext_vector_type(16)));

/// The same for sixteen lanes.
static inline __attribute__((always_inline)) cpu_float16 cpu_fma16(
    cpu_float16 sum, cpu_float16 left, cpu_float16 right) {
  return __builtin_elementwise_fma(left, right, sum);
}

#endif
