// Swift sees no function that is declared for _GNU_SOURCE only.
#define _GNU_SOURCE
#include "cfiles.h"

#include <sys/mman.h>

int cfiles_memory_file(void) {
  return memfd_create("sound", MFD_CLOEXEC);
}
