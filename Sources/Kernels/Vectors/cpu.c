#include "cpu.h"

#if defined(__x86_64__) && defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

int cpu_x86_64_level(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("x86-64-v4")) return 4;
  if (__builtin_cpu_supports("x86-64-v3")) return 3;
#endif
  return 0;
}

#if defined(__x86_64__)
#define DEFINE_HAS(name, feature) \
  int cpu_has_##name(void) {        \
    __builtin_cpu_init();         \
    return __builtin_cpu_supports(feature) != 0; \
  }
#else
#define DEFINE_HAS(name, feature) \
  int cpu_has_##name(void) { return 0; }
#endif

DEFINE_HAS(avx512_vnni, "avx512vnni")
DEFINE_HAS(avx512_bf16, "avx512bf16")
DEFINE_HAS(avx_vnni, "avxvnni")

int cpu_has_amx(void) {
#if defined(__x86_64__) && defined(__linux__)
  __builtin_cpu_init();
  if (!__builtin_cpu_supports("amx-tile") || !__builtin_cpu_supports("amx-int8") ||
      !__builtin_cpu_supports("amx-bf16"))
    return 0;
  // ARCH_REQ_XCOMP_PERM for XTILEDATA: the registers are large, and a process that does not ask has no room for them.
  return syscall(SYS_arch_prctl, 0x1023, 18) == 0;
#else
  return 0;
#endif
}
