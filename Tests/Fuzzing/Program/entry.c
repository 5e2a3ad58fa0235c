/* What libFuzzer calls; the targets are in Swift. */

#include <stddef.h>
#include <stdint.h>

typedef size_t (*mutate_bytes)(uint8_t *data, size_t size, size_t max_size);

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
void lhb_fuzz_test(const uint8_t *data, size_t size);
size_t lhb_fuzz_mutate(uint8_t *data, size_t size, size_t max_size, uint32_t seed, mutate_bytes mutate);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  lhb_fuzz_test(data, size);
  return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed) {
  return lhb_fuzz_mutate(data, size, max_size, seed, LLVMFuzzerMutate);
}
