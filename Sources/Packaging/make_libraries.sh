#!/bin/sh
# Makes liblighthubert.a and liblighthubert.so.VERSION, which hold the Swift runtime, so that no Swift is needed to use
# them.
#
#     make_libraries.sh BUILD_FOLDER OUTPUT_FOLDER VERSION
#
# BUILD_FOLDER is where `swift build` built the product LightHuBERTC. One object is made of its objects and of what they
# use of the toolchain's static libraries; then all names in it but lh_* become local, so that nothing can clash with
# the program's own, or with another Swift runtime in the same process. Both libraries come from this object.
set -eu
[ $# -eq 3 ] || { echo "usage: make_libraries.sh BUILD_FOLDER OUTPUT_FOLDER VERSION" >&2; exit 64; }
build=$1
out=$2
version=$3
here=$(cd "$(dirname "$0")" && pwd)
# Not libLightHuBERTC.a, in which the objects' order depends on what was compiled before.
list=$build/LightHuBERTC.product/Objects.LinkFileList
[ -f "$list" ] || { echo "$build: has no product LightHuBERTC; build first" >&2; exit 66; }

toolchain=$(dirname "$(dirname "$(readlink -f "$(command -v swiftc)")")")
runtime=$toolchain/lib/swift_static/linux
[ -d "$runtime" ] || { echo "$runtime: this toolchain has no static libraries" >&2; exit 66; }
major=${version%%.*}

mkdir -p "$out"
objects=$(mktemp -d)
trap 'rm -rf "$objects"' EXIT

# No Foundation and no regular expressions (swift_StringProcessing, which String.contains(String) is part of): they
# would add 50 MB and 2 MB to every program.
#
# --force-group-allocation: sections of C++ templates that linkers share between objects would name symbols that are
# local below; a program that uses the same template could then not be linked.
ld.bfd -r --force-group-allocation -o "$objects/lighthubert.o" \
  "$runtime/$(uname -m)/swiftrt.o" "@$list" -L"$runtime" --start-group \
  -lswiftCore -lswift_Concurrency -lswiftSynchronization -lswift_Builtin_float -lswiftGlibc -lswiftDispatch \
  -ldispatch -lBlocksRuntime --end-group
# The compiler's own hashes of its input, by which it tells what to compile again, hold paths.
objcopy --wildcard --keep-global-symbol='lh_*' --remove-section=.swift_modhash "$objects/lighthubert.o"
strip --strip-unneeded "$objects/lighthubert.o"

foreign=$(nm --undefined-only "$objects/lighthubert.o" |
  awk '$1 == "U" && $2 ~ /^(\$s|swift_|_swift|dispatch_)/ { print $2 }')
[ -z "$foreign" ] || { printf 'the library uses what its runtime does not have:\n%s\n' "$foreign" >&2; exit 70; }

rm -f "$out"/liblighthubert.*
ar rcsD "$out/liblighthubert.a" "$objects/lighthubert.o"

# nodelete: threads and the runtime's tables outlive a dlclose. zstd and the C++ library are linked in: it needs nothing
# but glibc, and no newer one than it must (Tests/Tools/checks/check_floor.sh).
name=liblighthubert.so
"$toolchain/bin/clang" -shared -fuse-ld=bfd -o "$out/$name.$version" "$objects/lighthubert.o" \
  -Wl,-soname,"$name.$major" -Wl,--version-script,"$here/exports.map" -Wl,-Bsymbolic -Wl,-z,defs -Wl,-z,text \
  -Wl,-z,relro -Wl,-z,now -Wl,-z,nodelete -Wl,--gc-sections -Wl,--as-needed -l:libzstd.a -l:libstdc++.a \
  -lm -lpthread -ldl
strip --strip-unneeded "$out/$name.$version"
ln -s "$name.$version" "$out/$name.$major"
ln -s "$name.$major" "$out/$name"
