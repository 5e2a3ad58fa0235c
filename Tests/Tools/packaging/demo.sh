#!/bin/sh
# Shows what the programs do, on the small checkpoint of Fixtures/demo and a sentence of speech.
#
#     demo.sh BUILD_FOLDER
#
# Uses nothing but the programs and coreutils, so that it runs wherever they are built.
set -eu
cd "$(dirname "$0")/../../.."

programs=$1
checkpoint=Fixtures/demo/supernet.pt
architecture=Fixtures/demo/arch.json
speech=Fixtures/golden/audio/librispeech-6313-76958-0021.flac
out=.build/demo
subnet=$out/demo.lhb
features=$out/features.npy

step() { printf '\n\033[1m%s\033[0m\n' "$1"; }
[ -t 1 ] || step() { printf '\n%s\n' "$1"; }
say() {
  printf '$'
  printf ' %s' "$@"
  printf '\n'
}
run() {
  say "$@"
  "$@"
}
# The header is text: a magic of 10 bytes, its length in the last two of them, then a Python dictionary.
header_size() { od -A n -t u2 -j 8 -N 2 "$features" | tr -d ' '; }
shape() { tail -c +11 "$features" | head -c "$(header_size)" | sed "s/.*'shape': *(\([^)]*\)).*/\1/"; }
frame() {
  od -A n -t f4 -w16 -j "$((10 + $(header_size) + 4 * width * $1))" -N 16 "$features" | xargs printf ' %9.5f'
}

mkdir -p "$out"

step "1. Cut a subnet out of a supernet's checkpoint"
run "$programs/lhb-extract" --force --arch "$architecture" "$checkpoint" "$subnet"

step "2. Look into it"
say "$programs/lhb-inspect" "$subnet"
"$programs/lhb-inspect" "$subnet" > "$out/inspect.txt"
sed -n 1,18p "$out/inspect.txt"
echo "... and $(($(wc -l < "$out/inspect.txt") - 18)) tensors more"

step "3. Compute the features of a speech file"
run "$programs/lhb-features" --force --model "$subnet" --output "$features" "$speech"
size=$(shape)
frames=${size%%,*}
width=$(echo "${size##*,}" | tr -d ' ')
echo "float32 ($size): $frames frames, 50 a second, of $width values; the first four values of some:"
for index in 0 1 $((frames / 2)) $((frames - 1)); do
  printf '  frame %-4s%s\n' "$index" "$(frame "$index")"
done

step "What came out"
ls -l "$subnet" "$features" | awk '{ printf "%9d bytes  %s\n", $5, $NF }'
cat << 'END'

This checkpoint is a small one with random weights, so these features mean nothing. For real ones take a published
checkpoint: README.md says where they are and goes on from here.
END
