#include "processes.h"

#include <pthread.h>
#include <stdatomic.h>

static atomic_int depth;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void count_child(void) { atomic_fetch_add_explicit(&depth, 1, memory_order_relaxed); }

static void begin(void) { pthread_atfork(NULL, NULL, count_child); }

int process_depth(void) {
  pthread_once(&once, begin);
  return atomic_load_explicit(&depth, memory_order_relaxed);
}
