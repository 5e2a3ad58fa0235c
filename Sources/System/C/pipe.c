// Swift sees no function that is declared for _GNU_SOURCE only.
#define _GNU_SOURCE
#include "cfiles.h"

#include <fcntl.h>
#include <unistd.h>

int cfiles_pipe(int ends[2]) {
  return pipe2(ends, O_CLOEXEC);
}
