#!/usr/bin/env bash
# Is compile streaming? Writes a random checkpoint of a real model's size, then compares `dopt compile` with `cp` of the same
# bytes: seconds (as a ratio) and peak resident memory.
#   bench/compile.sh sd15|sd21|sdxl|CONFIG_FOLDER [WORK_FOLDER]      (sd15 needs about 14 GB of disk, sdxl 42 GB)
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
model=${1:?usage: bench/compile.sh MODEL [WORK_FOLDER]}
work=${2:-$root/build/bench}
checkpoint=$work/$(basename "$model")
mkdir -p "$work"
[ -e "$checkpoint" ] || "$root/dopt" --quiet synth "$model" -o "$checkpoint" --dtype f32

seconds() { date +%s.%N; }
minus() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.1f", a - b }'; }

find "$checkpoint" -type f -exec cat {} + > /dev/null # both runs start from a warm page cache
for round in 1 2; do
  rm -rf "$work/copy" && sync
  start=$(seconds); cp -r "$checkpoint" "$work/copy"; sync; copied=$(minus "$(seconds)" "$start")
  rm -rf "$work/copy" "$work/bundle" && sync

  start=$(seconds)
  "$root/dopt" --quiet compile "$checkpoint" -o "$work/bundle" --no-cache &
  pid=$!
  peak=0
  while kill -0 $pid 2> /dev/null; do
    now=$(awk '/^VmHWM/ { print $2 }' "/proc/$pid/status" 2> /dev/null || true)
    [ "${now:-0}" -gt "$peak" ] && peak=$now
    sleep 0.1
  done
  wait $pid
  sync
  compiled=$(minus "$(seconds)" "$start")
  awk -v m="$(basename "$model")" -v r=$round -v b="$(du -sb "$checkpoint" | cut -f1)" -v c="$copied" -v d="$compiled" -v p="$peak" 'BEGIN {
    printf "%s round %d: %.2f GB; copy %.1f s, compile %.1f s, ratio %.2f; peak resident %.2f GB\n", m, r, b / 1e9, c, d, d / c, p * 1024 / 1e9 }'
done
