#include "support.h"

#include <stdio.h>

static int failures;

void report(const char *name, double difference, double allowed) {
  // A NaN is not at most anything.
  int is_right = difference <= allowed;
  if (!is_right) failures++;
  printf("  %-32s %-8.2g at most %-8.2g%s\n", name, difference, allowed, is_right ? "" : "WRONG");
  // Also what comes before a crash is seen.
  fflush(stdout);
}

int failure_count(void) { return failures; }
