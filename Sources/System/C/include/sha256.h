#ifndef LIGHTHUBERT_SHA256_H
#define LIGHTHUBERT_SHA256_H

#include <stddef.h>
#include <stdint.h>

/// 1 when this processor has the SHA-256 instructions (x86 SHA extensions), else 0.
int cpu_has_sha256(void);

/// Takes `count` blocks of 64 bytes into a SHA-256 state (FIPS 180-4) of eight words. Does nothing where
/// `cpu_has_sha256` is 0: ask first.
void cpu_sha256_blocks(uint32_t *state, const uint8_t *blocks, size_t count);

#endif
