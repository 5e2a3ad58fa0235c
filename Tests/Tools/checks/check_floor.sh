#!/bin/sh
# Looks at the oldest system on which binaries start: by the versions of the symbols that they ask for.
#
#     check_floor.sh BINARY...
#
# glibc 2.34 is that of RHEL 9 and its clones, which most clusters run, and of manylinux_2_34. What is made where glibc
# is newer may ask for more: then this fails, and what asks must be found (Sources/System/C/older_glibc.c has the ones
# that were found).
set -eu
[ $# -gt 0 ] || { echo "usage: check_floor.sh BINARY..." >&2; exit 64; }
floor=2.34
status=0
for binary in "$@"; do
  symbols=$(objdump -T "$binary" | sed -n 's/.*[( ]\(GLIBC\(XX\)\{0,1\}_[0-9.]*\))\{0,1\} *\([^ ]*\)$/\1 \3/p')
  newest=$(echo "$symbols" | sed -n 's/^GLIBC_\([0-9.]*\) .*/\1/p' | sort -V | tail -1)
  if [ "$(printf '%s\n' "$newest" "$floor" | sort -V | tail -1)" != "$floor" ]; then
    echo "$binary needs glibc $newest, at most $floor is allowed: $(echo "$symbols" | grep "^GLIBC_$newest ")" >&2
    status=1
  fi
  if echo "$symbols" | grep -q '^GLIBCXX_'; then
    echo "$binary needs the C++ library of the system, which is linked in elsewhere" >&2
    status=1
  fi
done
[ "$status" -ne 0 ] || echo "check_floor: $# binaries start where glibc is $floor"
exit "$status"
