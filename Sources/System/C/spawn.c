// Swift sees no function that is declared for _GNU_SOURCE only.
#define _GNU_SOURCE
#include "cfiles.h"

#include <spawn.h>

int cfiles_close_from(void *actions, int lowest) {
#if __GLIBC_PREREQ(2, 34)
  return posix_spawn_file_actions_addclosefrom_np(actions, lowest);
#else
  // What this package opens is closed in new programs anyway.
  return actions == 0 || lowest < 0;
#endif
}
