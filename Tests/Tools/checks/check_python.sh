#!/bin/sh
# Installs the wheel into fresh environments and runs the tests of the Python package there.
#
#     check_python.sh WHEEL_FOLDER BUILD_FOLDER
#
# PYTHONS holds interpreters to try, by default the system's and the oldest and newest of pyenv's. Tests for packages
# that are not installed are skipped: PYTHON_EXTRAS holds more to install, such as "torch transformers".
set -eu
[ $# -eq 2 ] || { echo "usage: check_python.sh WHEEL_FOLDER BUILD_FOLDER" >&2; exit 64; }
cd "$(dirname "$0")/../../.."
wheel=$(echo "$1"/lighthubert_engine-*.whl)
LHB_BUILD=$(cd "$2" && pwd)
export LHB_BUILD PYTHONDONTWRITEBYTECODE=1

# The oldest and newest that may be used, by their own word.
others() {
  for python in "${PYENV_ROOT:-$HOME/.pyenv}"/versions/*/bin/python3; do
    [ -x "$python" ] && "$python" -c 'import sys, venv; sys.exit(sys.version_info < (3, 9))' 2> /dev/null &&
      echo "$("$python" -c 'import sys; print("%d.%02d" % sys.version_info[:2])') $python"
  done | sort | sed -n '1p;$p' | cut -d ' ' -f 2
}
PYTHONS=${PYTHONS:-"/usr/bin/python3 $(others)"}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
number=0
for python in $PYTHONS; do
  number=$((number + 1))
  environment=$work/$number
  "$python" -m venv "$environment"
  "$environment/bin/pip" install --quiet --disable-pip-version-check "$wheel"
  # Nothing but the wheel and NumPy, no compiler and no Swift: from a folder that has no sources.
  (cd "$work" && env -i PATH=/nowhere "$environment/bin/python" -c '
import sys, lhb
assert "torch" not in sys.modules
print("Python %d.%d: lhb" % sys.version_info[:2], lhb.__version__)')
  # shellcheck disable=SC2086 # A word for each package.
  "$environment/bin/pip" install --quiet --disable-pip-version-check pytest matplotlib soundfile soxr \
    ${PYTHON_EXTRAS:-}
  "$environment/bin/python" -m pytest -q -p no:cacheprovider -W ignore::DeprecationWarning Tests/Python
done

# Types, in the last of the environments.
"$environment/bin/pip" install --quiet --disable-pip-version-check mypy
"$environment/bin/mypy" --strict --cache-dir "$work/mypy" -p lhb
if command -v node > /dev/null; then
  # Without a Node.js of its own it would download one.
  "$environment/bin/pip" install --quiet --disable-pip-version-check pyright
  "$environment/bin/pyright" --pythonpath "$environment/bin/python" Sources/Python/lhb
else
  echo "check_python: pyright needs node, which is missing: left out"
fi
