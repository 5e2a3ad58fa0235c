#!/bin/sh
# Compiles a C program against lighthubert.h as strictly as compilers can, links it, and runs it.
#
#     check_c_api.sh LIBRARY_FOLDER [--valgrind] [--sanitize thread|address] [--rounds COUNT]
#
# The folder holds liblighthubert.a or liblighthubert.so (then no Swift is needed), else libLightHuBERTC.a, as
# `swift build` makes it, which is linked with the toolchain's runtime. Of the first two both are tried, and must export
# the functions of Tests/CAPITests/abi.txt and no others. A sanitizer needs the third, built with the same one:
# `swift build -c release --sanitize thread --scratch-path .build-thread --product LightHuBERTC`.
set -eu
usage() {
  echo "usage: check_c_api.sh LIBRARY_FOLDER [--valgrind] [--sanitize thread|address] [--rounds COUNT]" >&2
  exit 64
}
[ $# -ge 1 ] || usage
folder=$(cd "$1" && pwd)
shift
cd "$(dirname "$0")/../../.."
runner=
sanitizer=
rounds=3
while [ $# -gt 0 ]; do
  case $1 in
    --valgrind)
      runner="valgrind --quiet --error-exitcode=99 --leak-check=full"
      runner="$runner --show-leak-kinds=definite --errors-for-leak-kinds=definite"
      ;;
    --sanitize)
      shift
      [ $# -gt 0 ] || usage
      sanitizer=$1
      ;;
    --rounds)
      shift
      [ $# -gt 0 ] || usage
      rounds=$1
      ;;
    *) usage ;;
  esac
  shift
done

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
include=Sources/CInterface/Header/include
program=Tests/CAPITests/c/capi_check.c
strict="-Wall -Wextra -Werror -pedantic -I$include"

# The header stands alone, in each language.
echo '#include "lighthubert.h"' > "$out/header.c"
cp "$out/header.c" "$out/header.cpp"
for standard in c99 c11 c17; do ${CC:-cc} -std=$standard $strict -c "$out/header.c" -o "$out/header.o"; done
for standard in c++11 c++17; do ${CXX:-c++} -std=$standard $strict -c "$out/header.cpp" -o "$out/header.o"; done
# A sanitizer's runtime is the toolchain's, whose compiler is clang.
if [ -n "$sanitizer" ]; then CC="clang -fsanitize=$sanitizer"; fi
${CC:-cc} -std=c99 -g $strict -c "$program" -o "$out/capi_check.o"

check_exports() {
  nm "$@" | awk '$2 ~ /^[A-Z]$/ && $2 != "U" { print $3 }' | sort -u > "$out/exported"
  sed -n 's/^function .*[ *]\(lh_[a-z_]*\)(.*/\1/p' Tests/CAPITests/abi.txt | sort -u > "$out/expected"
  diff "$out/expected" "$out/exported" || {
    echo "exported symbols (>) are not the functions of abi.txt (<)" >&2
    exit 1
  }
}

check_program() {
  # Valgrind knows no AVX-512.
  LHB_ISA=${runner:+avx2} SOURCE_DATE_EPOCH=0 $runner "$out/$1" Fixtures/versions/v1-tiny-min.lhb \
    Fixtures/demo/supernet.pt Fixtures/demo/arch.json "$out/extracted.lhb" "$rounds"
  echo "$1: all right"
}

found=
if [ -f "$folder/liblighthubert.a" ]; then
  found=1
  check_exports --defined-only --extern-only "$folder/liblighthubert.a"
  ${CC:-cc} "$out/capi_check.o" "$folder/liblighthubert.a" -lzstd -lstdc++ -lm -lpthread -ldl -o "$out/static"
  check_program static
fi
if [ -f "$folder/liblighthubert.so" ]; then
  found=1
  check_exports --defined-only --dynamic "$folder/liblighthubert.so"
  ${CC:-cc} "$out/capi_check.o" -L"$folder" -Wl,-rpath,"$folder" -llighthubert -lm -lpthread -o "$out/shared"
  check_program shared
fi
if [ -z "$found" ]; then
  [ -f "$folder/libLightHuBERTC.a" ] || {
    echo "$folder: has none of liblighthubert.a, liblighthubert.so, libLightHuBERTC.a" >&2
    exit 66
  }
  # Valgrind cannot read Swift's debugging information.
  swiftc "$out/capi_check.o" "$folder/libLightHuBERTC.a" -lzstd -lm ${runner:+-Xlinker --strip-debug} \
    ${sanitizer:+-sanitize=$sanitizer} -o "$out/toolchain"
  check_program toolchain
fi
