#!/bin/sh
# Installs those of the named Debian packages that are missing. Only then does it need root or sudo, and the network.
#
#     install_packages.sh PACKAGE...
set -eu

if ! command -v dpkg-query > /dev/null; then
  echo "no Debian: cannot tell whether what these packages hold is installed: $*" >&2
  exit 0
fi

missing=
for package in "$@"; do
  if ! dpkg-query --show --showformat='${db:Status-Status}\n' "$package" 2> /dev/null | grep -qx installed; then
    missing="$missing $package"
  fi
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -eq 0 ]; then
  as_root=
elif command -v sudo > /dev/null; then
  as_root=sudo
else
  echo "these packages are missing, and only root can install them:$missing" >&2
  exit 1
fi
echo "installing$missing"
$as_root apt-get update -q
# Unquoted on purpose: one word a package.
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing
