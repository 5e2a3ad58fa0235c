#ifndef LIGHTHUBERT_TILES_H
#define LIGHTHUBERT_TILES_H

// The matrix registers of AMX, whose numbers are parts of instructions, so that Swift cannot choose them. Sums of up to
// 32 rows by 32 columns are in four of them: 0 and 1 the upper 16 rows, 2 and 3 the lower ones.

#if defined(__AMX_TILE__) && defined(__AMX_INT8__) && defined(__AMX_BF16__)
#include <immintrin.h>

#define CPU_INLINE static inline __attribute__((always_inline))

/// Makes the registers hold `upper` and `lower` rows, each in 1...16.
CPU_INLINE void cpu_configure_tiles(int upper, int lower) {
  struct {
    unsigned char palette, start, reserved[14];
    unsigned short widths[16];
    unsigned char rows[16];
  } __attribute__((aligned(64))) shape = {.palette = 1};
  const unsigned char rows[8] = {upper, upper, lower, lower, upper, lower, 16, 16};
  for (int tile = 0; tile < 8; tile++) {
    shape.widths[tile] = 64;
    shape.rows[tile] = rows[tile];
  }
  _tile_loadconfig(&shape);
}

/// Gives the registers up.
CPU_INLINE void cpu_release_tiles(void) { _tile_release(); }

/// Makes the sums zeros.
CPU_INLINE void cpu_zero_tiles(void) {
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
}

#define DEFINE_ADD(name, instruction) \
  CPU_INLINE void name##_of( \
      const void *left, long left_stride, const void *right, long right_stride, int has_lower, int has_second) { \
    const char *a = (const char *)left, *b = (const char *)right; \
    _tile_loadd(6, b, right_stride); \
    _tile_loadd(4, a, left_stride); \
    instruction(0, 4, 6); \
    if (has_lower) { \
      _tile_loadd(5, a + 16 * left_stride, left_stride); \
      instruction(2, 5, 6); \
    } \
    if (has_second) { \
      _tile_loadd(7, b + 64, right_stride); \
      instruction(1, 4, 7); \
      if (has_lower) instruction(3, 5, 7); \
    } \
  } \
  CPU_INLINE void name( \
      const void *left, long left_stride, const void *right, long right_stride, int has_lower, int has_second) { \
    if (has_lower && has_second) { \
      name##_of(left, left_stride, right, right_stride, 1, 1); \
    } else { \
      name##_of(left, left_stride, right, right_stride, has_lower, has_second); \
    } \
  }

/// Adds the products of 64 columns of unsigned bytes on the left with as many rows of signed ones on the right. Strides
/// are in bytes, of rows on the left and of groups of four on the right.
DEFINE_ADD(cpu_add_byte_tiles, _tile_dpbusd)

/// The same for 32 columns and rows of bfloat16, in pairs on the right.
DEFINE_ADD(cpu_add_bfloat_tiles, _tile_dpbf16ps)

/// Adds the products of three planes of bfloat16 on either side whose terms are not too small, the smallest first:
/// 1 x 3, 1 x 2, 2 x 2, 2 x 1, 3 x 1, 1 x 1, so that each step loads registers of one side only. Strides and the
/// distances of planes are in bytes.
CPU_INLINE void cpu_add_some_split_tiles(
    const void *left, long left_stride, long left_plane, const void *right, long right_stride, long right_plane,
    int has_lower, int has_second) {
  const char *a = (const char *)left, *b = (const char *)right;
  const long lower = 16 * left_stride;
#define LOAD_LEFT(plane) \
  _tile_loadd(4, a + plane * left_plane, left_stride); \
  if (has_lower) _tile_loadd(5, a + plane * left_plane + lower, left_stride);
#define LOAD_RIGHT(plane) \
  _tile_loadd(6, b + plane * right_plane, right_stride); \
  if (has_second) _tile_loadd(7, b + plane * right_plane + 64, right_stride);
#define ADD \
  _tile_dpbf16ps(0, 4, 6); \
  if (has_second) _tile_dpbf16ps(1, 4, 7); \
  if (has_lower) _tile_dpbf16ps(2, 5, 6); \
  if (has_lower && has_second) _tile_dpbf16ps(3, 5, 7);
  LOAD_LEFT(0) LOAD_RIGHT(2) ADD
  LOAD_RIGHT(1) ADD
  LOAD_LEFT(1) ADD
  LOAD_RIGHT(0) ADD
  LOAD_LEFT(2) ADD
  LOAD_LEFT(0) ADD
#undef LOAD_LEFT
#undef LOAD_RIGHT
#undef ADD
}

/// The same, without a branch between the instructions where all sums are wanted.
CPU_INLINE void cpu_add_split_tiles(
    const void *left, long left_stride, long left_plane, const void *right, long right_stride, long right_plane,
    int has_lower, int has_second) {
  if (has_lower && has_second) {
    cpu_add_some_split_tiles(left, left_stride, left_plane, right, right_stride, right_plane, 1, 1);
  } else {
    cpu_add_some_split_tiles(left, left_stride, left_plane, right, right_stride, right_plane, has_lower, has_second);
  }
}

/// Writes the sums, 32 to a row.
CPU_INLINE void cpu_store_tiles(void *sums, int has_lower, int has_second) {
  char *c = (char *)sums;
  _tile_stored(0, c, 128);
  if (has_second) _tile_stored(1, c + 64, 128);
  if (has_lower) {
    _tile_stored(2, c + 16 * 128, 128);
    if (has_second) _tile_stored(3, c + 16 * 128 + 64, 128);
  }
}

#undef DEFINE_ADD
#undef CPU_INLINE
#endif

#endif
