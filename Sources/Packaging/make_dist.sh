#!/bin/sh
# Packs the sources of the last commit; the same commit gives the same bytes.
#
#     make_dist.sh VERSION OUTPUT.tar.gz
set -eu
[ $# -eq 2 ] || { echo "usage: make_dist.sh VERSION OUTPUT.tar.gz" >&2; exit 64; }
version=$1
output=$2
name=lighthubert-$version
git rev-parse --verify --quiet HEAD > /dev/null || { echo "only a git checkout can be packed" >&2; exit 66; }
git diff --quiet HEAD || echo "make_dist: what is not committed is left out" >&2

mkdir -p "$(dirname "$output")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
git archive --format=tar --prefix="$name/" HEAD | gzip -9 -n > "$work/dist.tar.gz"

# Every file that git knows is there, and the version is that of the sources within.
tar -tzf "$work/dist.tar.gz" | sed -e "s|^$name/||" -e '/\/$/d' -e '/^$/d' | LC_ALL=C sort > "$work/packed"
git ls-tree -r --name-only -z HEAD | tr '\0' '\n' | LC_ALL=C sort | diff - "$work/packed" || {
  echo "$output: what was packed (>) is not what git has (<)" >&2
  exit 70
}
tar -xzOf "$work/dist.tar.gz" "$name/Sources/CInterface/Header/include/lighthubert.h" |
  grep -q "^#define LH_VERSION_STRING \"$version\"\$" || { echo "$output: is not version $version" >&2; exit 70; }

chmod 644 "$work/dist.tar.gz"
mv -f "$work/dist.tar.gz" "$output"
echo "$output: $(wc -l < "$work/packed") files, $(stat -c %s "$output") bytes"
