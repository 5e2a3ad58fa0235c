/* Text that lives for ever. In C, where string literals do; everything else is Swift. */
#include "lighthubert.h"

const char *lh_version(void) { return LH_VERSION_STRING; }

const char *lh_status_name(lh_status status) {
#define NAME(code) \
  case code: \
    return #code
  switch (status) {
    NAME(LH_OK);
    NAME(LH_INVALID_ARGUMENT);
    NAME(LH_INVALID_HANDLE);
    NAME(LH_BUSY);
    NAME(LH_CANCELLED);
    NAME(LH_BUFFER_TOO_SMALL);
    NAME(LH_OUT_OF_MEMORY);
    NAME(LH_BAD_DATA);
    NAME(LH_NOT_FOUND);
    NAME(LH_CANNOT_CREATE);
    NAME(LH_IO_ERROR);
    NAME(LH_UNAVAILABLE);
  }
#undef NAME
  return "LH_UNKNOWN";
}
