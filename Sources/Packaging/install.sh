#!/bin/sh
# Installs what make_package.sh made, or removes it again.
#
#     install.sh install|uninstall PACKAGE_FOLDER VERSION
#
# The environment says where to: prefix, bindir, libdir, includedir, pkgconfigdir, cmakedir, mandir, docdir,
# bashcompletiondir, zshcompletiondir, fishcompletiondir, all absolute, and DESTDIR, which goes before each of them and
# into no file. Only files of the list below are written or removed, and folders only when they are lighthubert's own.
set -eu
usage() { echo "usage: install.sh install|uninstall PACKAGE_FOLDER VERSION" >&2; exit 64; }
[ $# -eq 3 ] || usage
action=$1
package=$2
version=$3
major=${version%%.*}
here=$(cd "$(dirname "$0")" && pwd)
header=$here/../CInterface/Header/include/lighthubert.h
programs="lhb-bench lhb-export lhb-extract lhb-features lhb-inspect"
DESTDIR=${DESTDIR:-}
tab=$(printf '\t')

for folder in "$bindir" "$libdir" "$includedir" "$pkgconfigdir" "$cmakedir" "$mandir" "$docdir" "$bashcompletiondir" \
  "$zshcompletiondir" "$fishcompletiondir"; do
  case $folder in
    /*) ;;
    *) echo "$folder: folders to install into must be absolute" >&2; exit 64 ;;
  esac
done

# One file a line: how, where to, and where from, which for links is what they point to.
files() {
  for program in $programs; do
    printf '%s\t%s\t%s\n' \
      755 "$bindir/$program" "$package/bin/$program" \
      644 "$mandir/man1/$program.1" "$package/man/$program.1" \
      644 "$bashcompletiondir/$program" "$package/bash/$program" \
      644 "$zshcompletiondir/_$program" "$package/zsh/_$program" \
      644 "$fishcompletiondir/$program.fish" "$package/fish/$program.fish"
  done
  printf '%s\t%s\t%s\n' \
    644 "$includedir/lighthubert.h" "$header" \
    644 "$libdir/liblighthubert.a" "$package/lib/liblighthubert.a" \
    755 "$libdir/liblighthubert.so.$version" "$package/lib/liblighthubert.so.$version" \
    link "$libdir/liblighthubert.so.$major" "liblighthubert.so.$version" \
    link "$libdir/liblighthubert.so" "liblighthubert.so.$major" \
    text "$pkgconfigdir/lighthubert.pc" "$here/lighthubert.pc.in" \
    text "$cmakedir/lighthubert-config.cmake" "$here/lighthubert-config.cmake.in" \
    text "$cmakedir/lighthubert-config-version.cmake" "$here/lighthubert-config-version.cmake.in"
  for text in CHANGELOG.md LICENSE LICENSE.Swift LICENSE.Yams LICENSE.swift-argument-parser LICENSE.zstd; do
    printf '%s\t%s\t%s\n' 644 "$docdir/$text" "$package/doc/$text"
  done
}

relative() { realpath --canonicalize-missing --no-symlinks --relative-to="$1" "$2"; }
# Between the bars of sed's s command, these mean something.
quoted() { printf '%s' "$1" | sed 's/[&|\\]/\\&/g'; }

install_file() {
  how=$1 target=$DESTDIR$2 source=$3
  folder=$(dirname "$2")
  mkdir -p "$(dirname "$target")"
  case $how in
    link) ln -sfn "$source" "$target" ;;
    text)
      sed -e "s|@version@|$version|g" -e "s|@major@|$major|g" \
        -e "s|@libdir@|$(quoted "$(relative "$folder" "$libdir")")|g" \
        -e "s|@includedir@|$(quoted "$(relative "$folder" "$includedir")")|g" "$source" > "$target.new"
      chmod 644 "$target.new"
      mv -f "$target.new" "$target"
      ;;
    *) install -m "$how" "$source" "$target" ;;
  esac
}

umask 022
case $action in
  install)
    files | while IFS=$tab read -r how target source; do install_file "$how" "$target" "$source"; done
    ;;
  uninstall)
    files | while IFS=$tab read -r how target source; do rm -f "$DESTDIR$target"; done
    for folder in "$cmakedir" "$docdir"; do
      [ ! -d "$DESTDIR$folder" ] || rmdir --ignore-fail-on-non-empty "$DESTDIR$folder"
    done
    ;;
  *) usage ;;
esac
