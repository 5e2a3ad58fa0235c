// Swift sees no function that is declared for _GNU_SOURCE only.
#define _GNU_SOURCE
#include "cfiles.h"

#include <fcntl.h>
#include <stdio.h>

int cfiles_rename_new(int folder, const char *from, const char *to) {
  return renameat2(folder, from, folder, to, RENAME_NOREPLACE);
}

int cfiles_rename_exchange(const char *first, const char *second) {
  return renameat2(AT_FDCWD, first, AT_FDCWD, second, RENAME_EXCHANGE);
}
