#!/bin/sh
# Puts all that `make install` installs into one folder: programs without debugging information, libraries, manual
# pages, completions, licences.
#
#     make_package.sh BUILD_FOLDER PACKAGE_FOLDER VERSION DATE
#
# DATE, such as 2026-01-31, is that of the manual pages.
set -eu
[ $# -eq 4 ] || { echo "usage: make_package.sh BUILD_FOLDER PACKAGE_FOLDER VERSION DATE" >&2; exit 64; }
build=$1
package=$2
version=$3
date=$4
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)

rm -rf "$package"
mkdir -p "$package/bin" "$package/man" "$package/bash" "$package/zsh" "$package/fish" "$package/doc"
"$here/make_libraries.sh" "$build" "$package/lib" "$version"

for program in lhb-bench lhb-export lhb-extract lhb-features lhb-inspect; do
  # What else is removed are hashes of files whose paths they depend on: the same sources give the same bytes anywhere.
  strip --remove-section=.swift_modhash --remove-section=.note.gnu.build-id -o "$package/bin/$program" "$build/$program"
  run="$package/bin/$program"
  "$run" --experimental-dump-help | python3 "$here/make_manual.py" "$version" "$date" > "$package/man/$program.1"
  "$run" --generate-completion-script bash > "$package/bash/$program"
  "$run" --generate-completion-script zsh > "$package/zsh/_$program"
  "$run" --generate-completion-script fish > "$package/fish/$program.fish"
done

cp "$root/LICENSE" "$root/CHANGELOG.md" "$package/doc"
# The programs and libraries hold code of these.
cp "$root/.build/checkouts/Yams/LICENSE" "$package/doc/LICENSE.Yams"
cp "$root/.build/checkouts/swift-argument-parser/LICENSE.txt" "$package/doc/LICENSE.swift-argument-parser"
toolchain=$(dirname "$(dirname "$(readlink -f "$(command -v swiftc)")")")
cp "$toolchain/share/swift/LICENSE.txt" "$package/doc/LICENSE.Swift"
cp /usr/share/doc/libzstd-dev/copyright "$package/doc/LICENSE.zstd"
