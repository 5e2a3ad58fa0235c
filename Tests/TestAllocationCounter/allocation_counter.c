#define _GNU_SOURCE
#include "allocation_counter.h"

#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static atomic_long count;
static atomic_bool counts;

void allocation_counter_start(void) {
  atomic_store(&count, 0);
  atomic_store(&counts, true);
}

long allocation_counter_stop(void) {
  atomic_store(&counts, false);
  return atomic_load(&count);
}

#if defined(__GLIBC__) && !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)

bool allocation_counter_works(void) { return true; }

static void note(void) {
  if (atomic_load_explicit(&counts, memory_order_relaxed)) atomic_fetch_add(&count, 1);
}

/* The C library's own, which it exports for this. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t number, size_t size);
void *__libc_realloc(void *memory, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

void *malloc(size_t size) {
  note();
  return __libc_malloc(size);
}

void *calloc(size_t number, size_t size) {
  note();
  return __libc_calloc(number, size);
}

void *realloc(void *memory, size_t size) {
  note();
  return __libc_realloc(memory, size);
}

void *memalign(size_t alignment, size_t size) {
  note();
  return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  note();
  return __libc_memalign(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size) {
  note();
  *memory = __libc_memalign(alignment, size);
  return *memory ? 0 : ENOMEM;
}

/* Not for the C library's own calls, which do not pass here: a large malloc counts once. */
void *mmap(void *address, size_t length, int protection, int flags, int file, off_t offset) {
  note();
  return (void *)syscall(SYS_mmap, address, length, protection, flags, file, offset);
}

#else

bool allocation_counter_works(void) { return false; }

#endif
