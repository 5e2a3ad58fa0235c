#!/bin/sh
# Installs into a staging folder and looks at everything that is there, as someone does who has no Swift.
#
#     check_install.sh VERSION
#
# Needs what `make install` installs to be built, and gcc, g++, pkg-config; CMake, mandoc, zsh and fish are used when
# there.
set -eu
[ $# -eq 1 ] || { echo "usage: check_install.sh VERSION" >&2; exit 64; }
version=$1
major=${version%%.*}
cd "$(dirname "$0")/../../.."
checkout=$(pwd)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Spaces, since nothing may take a path for several words.
stage="$work/a staging folder"
root=$stage/usr
# All that is installed runs without Swift, and without anything of this shell.
clean() { env -i PATH=/usr/bin:/bin LD_LIBRARY_PATH="$root/lib" "$@"; }
fail() { echo "check_install: $*" >&2; exit 1; }
passed() { echo "check_install: $*"; }
run_make() { make --no-print-directory --silent "$@" DESTDIR="$stage" PREFIX=/usr; }

run_make install

# ---- The list of files, with their modes

{
  for program in lhb-bench lhb-export lhb-extract lhb-features lhb-inspect; do
    echo "755 f bin/$program"
    echo "644 f share/man/man1/$program.1"
    echo "644 f share/bash-completion/completions/$program"
    echo "644 f share/zsh/site-functions/_$program"
    echo "644 f share/fish/vendor_completions.d/$program.fish"
  done
  for text in CHANGELOG.md LICENSE LICENSE.Swift LICENSE.Yams LICENSE.swift-argument-parser LICENSE.zstd; do
    echo "644 f share/doc/lighthubert/$text"
  done
  echo "644 f include/lighthubert.h"
  echo "644 f lib/cmake/lighthubert/lighthubert-config-version.cmake"
  echo "644 f lib/cmake/lighthubert/lighthubert-config.cmake"
  echo "644 f lib/liblighthubert.a"
  echo "755 f lib/liblighthubert.so.$version"
  echo "777 l lib/liblighthubert.so.$major -> liblighthubert.so.$version"
  echo "777 l lib/liblighthubert.so -> liblighthubert.so.$major"
  echo "644 f lib/pkgconfig/lighthubert.pc"
} | LC_ALL=C sort > "$work/expected"
find "$root" ! -type d \( -type l -printf '%m %y %P -> %l\n' -o -printf '%m %y %P\n' \) |
  LC_ALL=C sort > "$work/installed"
diff "$work/expected" "$work/installed" || fail "what is installed (>) is not what should be (<)"
# The number of files does not say that each is whole.
[ -z "$(find "$root" -type f -empty)" ] || fail "empty files: $(find "$root" -type f -empty)"
passed "$(wc -l < "$work/installed") files, each where it belongs"

# ---- What binaries need and show

shared=$root/lib/liblighthubert.so.$version
for binary in "$root"/bin/* "$shared"; do
  clean ldd "$binary" > "$work/needed"
  ! grep -i -e swift -e foundation -e dispatch -e 'not found' "$work/needed" ||
    fail "$binary needs what is not everywhere"
  ! readelf --dynamic "$binary" | grep -E 'RPATH|RUNPATH|TEXTREL' ||
    fail "$binary has a path or relocations it should not"
done
Tests/Tools/checks/check_floor.sh "$root"/bin/* "$shared" || fail "binaries need a newer system than RHEL 9"
readelf --dynamic "$shared" | grep -q "SONAME.*\[liblighthubert.so.$major\]" || fail "the soname is wrong"
for library in "--dynamic $shared" "--extern-only $root/lib/liblighthubert.a"; do
  nm --defined-only "${library%% *}" "${library#* }" | awk 'NF == 3 { print $3 }' | LC_ALL=C sort > "$work/symbols"
  ! grep -v '^lh_' "$work/symbols" || fail "${library#* } shows more than lh_*"
  sed -n 's/^LH_API .*[ *]\(lh_[a-z_]*\)(.*/\1/p' "$root/include/lighthubert.h" | LC_ALL=C sort |
    diff - "$work/symbols" || fail "${library#* } does not show (>) what the header declares (<)"
done
! grep -rlF -e "$checkout" -e "$stage" "$root" || fail "files that name paths of this machine"
passed "no Swift needed, only lh_* shown, no paths of this machine"

# ---- One version

agrees() { [ "$2" = "$version" ] || fail "the version of $1 is '$2', not $version"; }
for program in "$root"/bin/*; do agrees "$(basename "$program")" "$(clean "$program" --version)"; done
macro() { sed -n "s/^#define LH_VERSION_$1 \"\{0,1\}\([0-9.]*\)\"\{0,1\}\$/\1/p" "$root/include/lighthubert.h"; }
agrees "the header" "$(macro STRING)"
agrees "the header's numbers" "$(macro MAJOR).$(macro MINOR).$(macro PATCH)"
export PKG_CONFIG_LIBDIR="$root/lib/pkgconfig"
agrees "lighthubert.pc" "$(pkg-config --modversion lighthubert)"

# ---- Programs that link it

cat > "$work/program.c" << 'END'
#include <lighthubert.h>
#include <stdio.h>
int main(int count, char **arguments) {
  lh_model *model;
  lh_error error;
  size_t frames;
  if (count != 2 || lh_model_open(arguments[1], NULL, &model, &error) != LH_OK) return 1;
  if (lh_model_frame_count(model, 16000, &frames, &error) != LH_OK || frames != 49) return 2;
  puts(lh_version());
  return lh_model_close(model) == LH_OK ? 0 : 3;
}
END
# Templates of the standard library, of which the archive holds some as well.
cat > "$work/program.cpp" << 'END'
#include <lighthubert.h>
#include <iostream>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>
int main(int, char **arguments) {
  std::vector<std::string> names{"a", "b"};
  std::map<std::string, std::vector<float>> values{{names[0], std::vector<float>(1000)}};
  lh_model *model = nullptr;
  try {
    if (lh_model_open(arguments[1], nullptr, &model, nullptr) != LH_OK) throw std::runtime_error("cannot open");
  } catch (const std::exception &error) {
    return 1;
  }
  std::cout << lh_version() << std::endl;
  return lh_model_close(model) == LH_OK ? 0 : 3;
}
END
# In the checkout's place, so that the path is the same wherever the program runs.
model=$checkout/Fixtures/versions/v1-tiny-min.lhb
runs() { agrees "$1, when it runs" "$(clean "$work/$1" "$model")"; }

# pkg-config escapes the space of the staging folder for a shell.
pkg() { pkg-config "$@" lighthubert; }
eval "clean gcc -Wall -Werror $(pkg --cflags) '$work/program.c' -o '$work/pkg-shared' $(pkg --libs)"
readelf --dynamic "$work/pkg-shared" | grep -q liblighthubert.so ||
  fail "pkg-config --libs does not link the shared library"
runs pkg-shared
archive=$(pkg --static --libs | sed 's/-llighthubert/-l:liblighthubert.a/')
for options in "-pie -fPIE" "-no-pie" "-O2 -Wl,--gc-sections"; do
  eval "clean gcc $options $(pkg --cflags) '$work/program.c' -o '$work/pkg-static' $archive"
  runs pkg-static
  eval "clean g++ $options $(pkg --cflags) '$work/program.cpp' -o '$work/pkg-static-c++' $archive"
  runs pkg-static-c++
done
! readelf --dynamic "$work/pkg-static" | grep liblighthubert || fail "the archive was not linked"
passed "C and C++ programs link both libraries by pkg-config, and run"

echo 'int main(void) { return 0; }' > "$work/nothing.c"
clean gcc -s "$work/nothing.c" -o "$work/nothing"
strip "$work/pkg-static"
added=$(($(stat -c %s "$work/pkg-static") - $(stat -c %s "$work/nothing")))
[ "$added" -le 10000000 ] || fail "the archive adds $added bytes to a program, more than 10 MB"
passed "the archive adds $added bytes to a program"

if command -v cmake > /dev/null; then
  cat > "$work/CMakeLists.txt" << 'END'
cmake_minimum_required(VERSION 3.12)
project(program C CXX)
find_package(lighthubert ${EXPECTED} EXACT REQUIRED)
foreach(kind shared static)
  if(kind STREQUAL shared)
    set(target lighthubert::lighthubert)
  else()
    set(target lighthubert::lighthubert-static)
  endif()
  add_executable(cmake-${kind} program.c)
  target_link_libraries(cmake-${kind} PRIVATE ${target})
  add_executable(cmake-${kind}-c++ program.cpp)
  target_link_libraries(cmake-${kind}-c++ PRIVATE ${target})
endforeach()
# What does not fit is not taken.
foreach(other ${REFUSED})
  find_package(lighthubert ${other} QUIET CONFIG)
  if(lighthubert_FOUND)
    message(FATAL_ERROR "version ${other} was found")
  endif()
endforeach()
END
  clean cmake -S "$work" -B "$work/cmake" -DCMAKE_PREFIX_PATH="$root" -DEXPECTED="$version" \
    "-DREFUSED=$major.999;$((major + 1)).0" -DCMAKE_RUNTIME_OUTPUT_DIRECTORY="$work" > "$work/log" 2>&1 &&
    clean cmake --build "$work/cmake" > "$work/log" 2>&1 || { cat "$work/log" >&2; fail "CMake cannot use it"; }
  for program in cmake-shared cmake-static cmake-shared-c++ cmake-static-c++; do runs "$program"; done
  passed "and by CMake"
else
  echo "check_install: SKIPPED: there is no cmake" >&2
fi

# ---- The programs, their pages and completions

clean "$root/bin/lhb-extract" --quiet --arch Fixtures/demo/arch.json Fixtures/demo/supernet.pt "$work/demo.lhb"
clean "$root/bin/lhb-inspect" "$work/demo.lhb" > /dev/null
clean "$root/bin/lhb-features" --quiet --model "$work/demo.lhb" \
  Fixtures/golden/audio/librispeech-6313-76958-0021.flac > "$work/features.npy"
head -c 6 "$work/features.npy" | grep -q NUMPY || fail "lhb-features wrote no array"
passed "the programs run without Swift"

for page in "$root"/share/man/man1/*; do
  name=$(basename "$page" .1)
  grep -q '^\.Sh EXAMPLES$' "$page" && grep -q '^\.Bd -literal' "$page" || fail "$name.1 has no examples"
  # Each option of the help is in the page. In it, hyphens are escaped.
  "$root/bin/$name" --help |
    grep -o -e '^ *\(-[a-z], \)\?--[a-z-]*' | grep -o -e '--[a-z-]*' | sed 's/^-//; s/-/\\-/g' |
    while read -r option; do grep -qF "Fl $option" "$page" || fail "$name.1 lacks -$option"; done
  if command -v mandoc > /dev/null; then mandoc -T lint -W warning "$page" || fail "$name.1 is not sound mdoc"; fi
done
command -v mandoc > /dev/null || echo "check_install: SKIPPED: there is no mandoc" >&2
for file in "$root"/share/bash-completion/completions/*; do bash -n "$file"; done
if command -v zsh > /dev/null; then for file in "$root"/share/zsh/site-functions/*; do zsh -n "$file"; done; fi
if command -v fish > /dev/null; then
  for file in "$root"/share/fish/vendor_completions.d/*; do fish --no-execute "$file"; done
fi
passed "pages and completions are sound"

# ---- Other folders, and uninstalling

elsewhere=$work/elsewhere
make --no-print-directory --silent install DESTDIR="$elsewhere" PREFIX=/p libdir=/q/lib/triplet includedir=/r/include \
  bindir=/s mandir=/t docdir=/u
PKG_CONFIG_LIBDIR=$elsewhere/q/lib/triplet/pkgconfig
libraries=$(pkg --static --libs | sed 's/-llighthubert/-l:liblighthubert.a/')
eval "clean gcc $(pkg --cflags) '$work/program.c' -o '$work/moved' $libraries"
runs moved
for file in s/lhb-bench t/man1/lhb-bench.1 u/LICENSE r/include/lighthubert.h; do
  [ -f "$elsewhere/$file" ] || fail "$file was not installed where it should be"
done
passed "folders can be chosen one by one"

# Files of others stay, in shared folders and in its own.
touch "$root/bin/other" "$root/lib/cmake/lighthubert/other"
run_make uninstall
[ "$(find "$stage" ! -type d | LC_ALL=C sort)" = "$root/bin/other
$root/lib/cmake/lighthubert/other" ] || fail "left behind: $(find "$stage" ! -type d)"
[ ! -e "$root/share/doc/lighthubert" ] || fail "left behind: share/doc/lighthubert"
passed "uninstalling removes what was installed and nothing else"
