#!/bin/sh
# Looks for code of a wide instruction set that could be linked into what every processor runs.
#
#   check_symbols.sh [BUILD_FOLDER, by default .build/release]
#
# The kernels are compiled once for each instruction set. A weak symbol is defined wherever it is used, and the linker
# keeps one definition. So no kernel object may define a weak symbol of another module, such as a specialised function
# of the standard library, and no two sets may define the same one. (References to types are weak too: they are data,
# the same in every object.)
set -eu
build=${1:-.build/release}
found=0

for set in LHKernelsBaseline LHKernelsAVX2 LHKernelsAVX2VNNI LHKernelsAVX512 LHKernelsAVX512AMX LHKernelsAVX512BF16 \
  LHKernelsAVX512VNNI; do
  objects=$(find "$build/$set.build" -name '*.o' 2>/dev/null)
  if [ -z "$objects" ]; then
    # Only x86-64 has the wide sets.
    [ "${LHB_TARGET_ARCH:-$(uname -m)}" != x86_64 ] && [ "$set" != LHKernelsBaseline ] && continue
    echo "check_symbols: $build has no objects of $set; build first" >&2
    exit 66
  fi
  # Swift's mangled names begin with $s and the length and name of the module.
  foreign=$(nm --defined-only $objects | awk '$2 ~ /^[WV]$/ { print $3 }' | sort -u |
    grep -v -e '^__swift_reflection_version$' -e '^got\.' -e '^symbolic$' -e "^\$s${#set}${set}" || true)
  if [ -n "$foreign" ]; then
    echo "$set defines weak symbols that are not its own:" >&2
    echo "$foreign" >&2
    found=1
  fi
done

[ "$found" = 0 ] && echo "no kernel object defines a weak symbol of another module"
exit "$found"
