#!/bin/sh
# File size against cold start for the levels of lhb-extract --compress.
#
#   measure_compression.sh BUILD_FOLDER CHECKPOINT ARCHITECTURE AUDIO
#
# For each level: bytes of the file, seconds of extraction, and the medians of lhb-features as a whole process with the
# file in the page cache and after its pages were dropped. Needs python3, bc and time (apt).
set -eu
build=$1 checkpoint=$2 architecture=$3 audio=$4
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
file=$folder/subnet.lhb

once() {
  /usr/bin/time -f %e "$build/lhb-features" --quiet --model "$file" "$audio" 2>&1 >/dev/null
}

drop() {
  python3 -c '
import os, sys
f = os.open(sys.argv[1], os.O_RDONLY)
os.fsync(f)
os.posix_fadvise(f, 0, 0, os.POSIX_FADV_DONTNEED)' "$file"
}

for level in 0 1 3 9 19; do
  rm -f "$file"
  start=$(date +%s.%N)
  "$build/lhb-extract" --quiet --arch "$architecture" --compress "$level" "$checkpoint" "$file"
  end=$(date +%s.%N)
  once >/dev/null
  warm=$(for run in 1 2 3 4 5 6 7; do once; done | sort -n | sed -n 4p)
  cold=$(for run in 1 2 3 4 5 6 7; do drop; once; done | sort -n | sed -n 4p)
  printf 'level %2d  %11d bytes  extraction %.2f s  warm %s s  cold %s s\n' \
    "$level" "$(stat -c %s "$file")" "$(echo "$end - $start" | bc)" "$warm" "$cold"
done
