#!/usr/bin/env bash
# Fuzzes targets for TIME seconds each, JOBS at once: fuzz.sh PROGRAM TIME JOBS [TARGET...]
# Corpora grow in .build-fuzz/corpus; what was found lies in .build-fuzz/found, and the exit status tells of it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

program=$1 time=$2 jobs=$3
shift 3
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(
  checkpoint pickle subnet-file safetensors hugging-face-config family-checkpoint architecture numpy sound c-interface)
work=.build-fuzz

# The seeds of each target.
seeds() {
  case $1 in
  checkpoint) echo Fixtures/hostile/{zip,legacy,tensors,family,sound} Fixtures/checkpoints Fixtures/real/checkpoints ;;
  pickle) echo "$work/seeds/pickle" ;;
  subnet-file) echo Fixtures/hostile/{lhb,sound} Tests/Fuzzing/found ;;
  safetensors) echo Fixtures/hostile/{family,sound} ;;
  family-checkpoint) echo Tests/Fuzzing/found/family ;;
  hugging-face-config) echo "$work/seeds/hugging-face-config" ;;
  architecture) echo Fixtures/hostile/{architecture,sound} ;;
  sound) echo Fixtures/hostile/{audio,sound} Fixtures/real/sound ;;
  esac
}

mkdir -p "$work/seeds/pickle" "$work/seeds/hugging-face-config" "$work/found" "$work/logs"

# Of the folders only the configurations.
for file in Fixtures/family/*/config.json Fixtures/hostile/family/*/config.json; do
  cp "$file" "$work/seeds/hugging-face-config/$(basename "$(dirname "$file")")"
done

# Of the hostile archives only the programs.
python3 - Fixtures/hostile/pickle Fixtures/checkpoints "$work/seeds/pickle" << 'END'
import pathlib, sys, zipfile
*sources, target = map(pathlib.Path, sys.argv[1:])
for path in (path for source in sources for path in sorted(source.glob("*.pt"))):
    try:
        with zipfile.ZipFile(path) as archive:
            name = next(name for name in archive.namelist() if name.endswith("data.pkl"))
            (target / path.stem).write_bytes(archive.read(name))
    except (zipfile.BadZipFile, StopIteration, NotImplementedError, RuntimeError):
        pass
END

fuzz() {
  local corpus=$work/corpus/$1 start=$SECONDS status=0 directory
  mkdir -p "$corpus"
  local folders=()
  for directory in $(seeds "$1"); do [ -d "$directory" ] && folders+=("$directory"); done
  local dictionary=Tests/Fuzzing/$1.dict
  [ -f "$dictionary" ] && folders+=("-dict=$dictionary")
  # A checkpoint or a model may take no more memory than this, whatever it says; and an input no more than seconds.
  LHB_FUZZ_TARGET=$1 SWIFT_BACKTRACE=enable=no \
    LSAN_OPTIONS="suppressions=$PWD/Tests/Tools/checks/leak_sanitizer.txt:print_suppressions=0" \
    ASAN_OPTIONS=allocator_may_return_null=1:detect_stack_use_after_return=0 \
    "$program" "$corpus" "${folders[@]}" -max_total_time="$time" -max_len=65536 -timeout=10 -rss_limit_mb=1024 \
    -malloc_limit_mb=256 -artifact_prefix="$work/found/$1-" -print_final_stats=1 > "$work/logs/$1.log" 2>&1 || status=$?
  python3 Tests/Fuzzing/summary.py "$1" "$work/logs/$1.log" $((SECONDS - start)) "$status"
  return "$status"
}

status=0
running=0
for target in "${targets[@]}"; do
  if [ "$running" -ge "$jobs" ]; then
    wait -n || status=1
    running=$((running - 1))
  fi
  fuzz "$target" &
  running=$((running + 1))
done
while [ "$running" -gt 0 ]; do
  wait -n || status=1
  running=$((running - 1))
done
exit "$status"
