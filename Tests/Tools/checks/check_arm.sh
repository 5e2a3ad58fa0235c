#!/bin/sh
# Compiles what can be compiled for 64-bit Arm without an Arm machine, and runs the kernels under emulation.
#
#     check_arm.sh
#
# A Swift toolchain for x86-64 has no standard library for Linux on Arm, but one for Embedded Swift. That is enough for
# the kernels, which use pointers, vectors and Int. What they compute is compared with plain loops in double precision,
# in the same program (checks/arm). It shows that they are right, not how fast they are.
set -eu
cd "$(dirname "$0")/../../.."
build=.build/arm
program=Tests/Tools/checks/arm

fail() {
  echo "check_arm: $*" >&2
  exit 1
}

command -v qemu-aarch64 > /dev/null || fail "qemu-aarch64 is missing: install the package qemu-user"
[ -e /usr/aarch64-linux-gnu/lib/libc.a ] ||
  fail "no C library for 64-bit Arm in /usr/aarch64-linux-gnu: install the package crossbuild-essential-arm64"
resources=$(swiftc -print-target-info | sed -n 's/.*"runtimeResourcePath": "\(.*\)".*/\1/p')
embedded=$resources/embedded/aarch64-none-none-elf
[ -e "$embedded" ] || fail "the Swift toolchain has no $embedded: take one from swift.org, 6.3 or later"
clang=$resources/../../bin/clang

rm -rf "$build"
mkdir -p "$build/modules"

# Every C source of the package's targets and the program of the C interface, also what no kernel uses.
# Unquoted below on purpose: one word a folder.
folders="Sources Tests/TestAllocationCounter Tests/CAPITests"
includes=$(find $folders -type d -name include -printf '-I%p ')
find $folders -name '*.c' > "$build/sources"
[ -s "$build/sources" ] || fail "no C sources in $folders"
while read -r source; do
  "$clang" --target=aarch64-linux-gnu -O2 -Wall -Wextra -Werror $includes -c "$source" \
    -o "$build/$(echo "$source" | tr / _).o" || fail "$source does not compile for 64-bit Arm"
done < "$build/sources"
echo "$(wc -l < "$build/sources") C sources compile for 64-bit Arm"

# What SwiftPM writes for a C target: every header of its folder.
c_module() {
  printf 'module %s {\n  umbrella "%s"\n  export *\n}\n' "$1" "$PWD/$2" > "$build/modules/$1.modulemap"
}

# The names and settings are those of Package.swift.
swift_module() {
  name=$1
  shift
  swiftc -target aarch64-none-none-elf -enable-experimental-feature Embedded -wmo -O -parse-as-library \
    -swift-version 6 -enable-upcoming-feature ExistentialAny -enable-upcoming-feature InternalImportsByDefault \
    -enable-upcoming-feature MemberImportVisibility -I "$build/modules" \
    -Xcc "-fmodule-map-file=$build/modules/LHVectors.modulemap" \
    -Xcc "-fmodule-map-file=$build/modules/ArmCheck.modulemap" \
    -module-name "$name" -emit-module -emit-module-path "$build/modules/$name.swiftmodule" \
    -c "$@" -o "$build/$name.o" ||
    fail "$name does not compile as Embedded Swift for 64-bit Arm; see above"
}
c_module LHVectors Sources/Kernels/Vectors/include
c_module ArmCheck "$program"
swift_module LHKernelTypes Sources/Kernels/Types/*.swift
# One module with the program: code of an imported one is compiled again for whoever imports it.
swift_module LHKernelsBaseline -D KERNELS_BASELINE Sources/Kernels/Source/*.swift "$program"/*.swift

# GNU ld does not take Embedded Swift's sections.
"$clang" --target=aarch64-linux-gnu -O2 -Wall -Wextra -Werror -fuse-ld=lld -static "$program/support.c" \
  "$build/LHKernelsBaseline.o" "$build/LHKernelTypes.o" "$embedded/libswiftUnicodeDataTables.a" -lm \
  -o "$build/kernel-check" || fail "the program for 64-bit Arm does not link"

# One of the first 64-bit processors: an instruction that not every one has is illegal there.
echo "largest differences of the kernels from double precision:"
qemu-aarch64 -cpu cortex-a57 "$build/kernel-check" ||
  fail "kernels are wrong on 64-bit Arm: those that are marked above, or where it stopped"
