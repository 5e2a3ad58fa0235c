#ifndef LIGHTHUBERT_CRC32_H
#define LIGHTHUBERT_CRC32_H

#include <stddef.h>
#include <stdint.h>

/// 1 when this processor has the instructions that `cpu_crc32_blocks` uses, else 0.
int cpu_has_crc32(void);

/// The register of a CRC-32 (of zip, PNG and Ethernet; neither inverted before nor after) after `count` more bytes: at
/// least 64, a multiple of 16. Only where `cpu_has_crc32()` is 1.
uint32_t cpu_crc32_blocks(uint32_t crc, const uint8_t *bytes, size_t count);

#endif
