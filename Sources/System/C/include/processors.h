#ifndef LIGHTHUBERT_PROCESSORS_H
#define LIGHTHUBERT_PROCESSORS_H

/// Processors that this process may run on; at least 1.
int cpu_usable_count(void);

/// Tells the processor that a loop is waiting for another core.
static inline void cpu_relax(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ __volatile__("yield");
#endif
}

#endif
