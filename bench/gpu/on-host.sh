#!/usr/bin/env bash
# Proves dopt on a GPU host from the kit that bench/gpu/kit.sh made:
#   on-host.sh receive KIT PART...       adds brought-over parts to KIT/parts (repeat for every load)
#   on-host.sh unpack KIT                checks SHA256SUMS, joins the parts, unpacks
#   on-host.sh doctor KIT                what dopt finds here
#   on-host.sh fixtures KIT              builds every fixture package, compares with its reference (f32 1e-3, f16 1e-2)
#   on-host.sh gate KIT                  builds int8 and fp8 of the demo and holds their images against f16's
#   on-host.sh leaks KIT                 200 loads, 10,000 runs
#   on-host.sh speed KIT sd15|sdxl       a UNet step in f16, int8, fp8 against torch.compile(mode="max-autotune") in bf16, same run
#   on-host.sh rows KIT PART...          the rows of what was run: fixtures, gate, leaks, sd15, sdxl; 1 where one is FAIL or has no result
#   on-host.sh all KIT                   everything after unpack; goes on after a failure and ends with 1 when there was one
# Results go to $OUT (default KIT/out): logs/, results/, inspect/, rows.md (for docs/gpu.md). MINUTES limits one command (default 20).
#   PYTHON     python with torch (default python3)      LOADS, RUNS, ITERATIONS, MODE    smaller for a rehearsal
#   REHEARSE=1 without a GPU: packages are not built but imitated, and tiny checkpoints take the place of the big ones
set -euo pipefail
usage() { sed -n '2,15p' "$0" | cut -c3-; exit 2; }
[ $# -ge 2 ] || usage
command=$1
mkdir -p "$2"
kit=$(cd "$2" && pwd -P)
shift 2
out=${OUT:-$kit/out}
python=${PYTHON:-python3}
minutes=${MINUTES:-20}
rehearse=${REHEARSE:-}
failures=0
mkdir -p "$out/logs" "$out/results" "$out/inspect" "$kit/work"

[ -z "$rehearse" ] || : > "$out/results/rehearsal"

say() { printf '== %s\n' "$*" >&2; }
fail() { printf 'on-host: error: %s\n' "$*" >&2; exit 1; }
dopt=$kit/dopt.sh

# logged NAME COMMAND...: output to logs/NAME.log, seconds and exit code to results/NAME.time.json
logged() {
  local name=$1 code=0 start end
  shift
  start=$(date +%s.%N)
  timeout "${minutes}m" "$@" > "$out/logs/$name.log" 2>&1 || code=$?
  end=$(date +%s.%N)
  printf '{"name": "%s", "seconds": %s, "exit": %d}\n' "$name" "$(awk "BEGIN { print $end - $start }")" "$code" > "$out/results/$name.time.json"
  if [ "$code" != 0 ]; then
    say "$name failed with $code:"
    tail -n 12 "$out/logs/$name.log" >&2
    failures=$((failures + 1))
  fi
  return "$code"
}

# watched NAME COMMAND...: as logged, and the greatest device memory meanwhile to results/NAME.memory.json
watched() {
  local name=$1 code=0 watcher=
  shift
  if command -v nvidia-smi > /dev/null; then
    (
      peak=0
      trap 'printf "{\"name\": \"%s\", \"deviceMebibytes\": %d}\n" "$name" "$peak" > "$out/results/$name.memory.json"; exit 0' TERM
      while :; do
        used=$(nvidia-smi --query-gpu=memory.used --format=csv,noheader,nounits | head -n 1)
        [ "${used:-0}" -gt "$peak" ] && peak=$used
        sleep 0.5
      done
    ) &
    watcher=$!
  fi
  logged "$name" "$@" || code=$?
  if [ -n "$watcher" ]; then
    kill "$watcher" 2> /dev/null || true
    wait "$watcher" 2> /dev/null || true
  fi
  return "$code"
}

# plan PACKAGE BUNDLE: the package's plans, or in a rehearsal the package itself, which runs imitated
plan() {
  local name
  name=build-$(basename "$2")
  rm -rf "$2"
  if [ -n "$rehearse" ]; then
    cp -r "$1" "$2"
    return 0
  fi
  watched "$name" "$dopt" build "$1" -o "$2" || return 1
  mkdir -p "$out/inspect/$(basename "$2")"
  (cd "$2" && find . \( -name '*.json' -o -name '*.log' -o -name '*.lock' \) -print0 | tar cf - --null -T -) | tar xf - -C "$out/inspect/$(basename "$2")"
}

unpack() {
  [ -f "$kit/parts/SHA256SUMS" ] || fail "there is no $kit/parts/SHA256SUMS"
  (cd "$kit/parts" && sha256sum --quiet -c SHA256SUMS) || fail "parts are missing or broken"
  cat "$kit"/parts/kit.tar.gz.* | tar xzf - -C "$kit"
  if ls "$kit"/parts/tensorrt.jar.* > /dev/null 2>&1; then
    mkdir -p "$kit/tensorrt"
    cat "$kit"/parts/tensorrt.jar.* > "$kit/work/tensorrt.jar"
    "$python" - "$kit/work/tensorrt.jar" "$kit/tensorrt" << 'PYTHON'
import os, shutil, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as jar:
    for entry in jar.infolist():
        name = os.path.basename(entry.filename)
        if name.startswith("libnv") and ".so" in name:
            with jar.open(entry) as source, open(os.path.join(sys.argv[2], name), "wb") as target:
                shutil.copyfileobj(source, target, 1 << 24)
PYTHON
    rm "$kit/work/tensorrt.jar"
  fi
  say "unpacked $(head -n 1 "$kit/VERSION")"
}

doctor() {
  { date -u +%FT%TZ; uname -a; nvidia-smi || true; "$python" -c 'import torch; print(torch.__version__, torch.version.cuda)' || true; } > "$out/logs/machine.log" 2>&1
  cp "$kit/VERSION" "$out/results/"
  if command -v nvidia-smi > /dev/null; then
    nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader > "$out/results/device.txt"
  fi
  logged doctor "$dopt" doctor
  cat "$out/logs/doctor.log" >&2
}

# What an earlier run left is no result of this one.
forget() {
  local pattern
  for pattern in "$@"; do
    find "$out/results" -mindepth 1 -maxdepth 1 -name "$pattern" -exec rm -rf {} +
  done
}

fixtures() {
  local package name precision limit component
  forget 'fixture-*'
  for package in "$kit"/fixtures/*/; do
    name=$(basename "$package")
    for precision in f32 f16; do
      case $precision in f32) limit=1e-3 ;; f16) limit=1e-2 ;; esac
      plan "$kit/packages/$name-$precision" "$kit/work/$name-$precision" || continue
      : > "$out/results/fixture-$name-$precision.jsonl"
      for component in $("$python" "$kit/compare.py" components "$package/reference.safetensors"); do
        "$python" "$kit/compare.py" inputs "$package/reference.safetensors" "$component" "$kit/work/in.safetensors"
        logged "run-$name-$precision-$component" "$dopt" run "$kit/work/$name-$precision" --component "$component" --inputs "$kit/work/in.safetensors" \
          --outputs "$kit/work/out.safetensors" || continue
        "$python" "$kit/compare.py" outputs "$package/reference.safetensors" "$component" "$kit/work/out.safetensors" "$limit" \
          >> "$out/results/fixture-$name-$precision.jsonl" || { say "$name $precision $component: further than $limit"; failures=$((failures + 1)); }
      done
    done
  done
}

gate() {
  local precision
  forget 'gate-*'
  plan "$kit/packages/demo-f16" "$kit/work/demo-f16" || return 0
  logged gate-f16 "$dopt" eval "$kit/work/demo-f16" --against "$kit/packages/demo-cpu" --prompts "$kit/packages/prompts.txt" --count "${COUNT:-16}" \
    --guidance 3 --gate 'psnr>=35' --report "$out/results/gate-f16" --force || true
  for precision in int8 fp8; do
    plan "$kit/packages/demo-$precision" "$kit/work/demo-$precision" || continue
    logged "gate-$precision" "$dopt" eval "$kit/work/demo-$precision" --against "$kit/work/demo-f16" --prompts "$kit/packages/prompts.txt" \
      --count "${COUNT:-16}" --guidance 3 --gate 'psnr>=28' --report "$out/results/gate-$precision" --force || true
  done
}

leaks() {
  local classes=$kit/leaks:$kit/dopt/cli/target/dopt-cli.jar
  forget 'leaks*'
  plan "$kit/packages/demo-f16" "$kit/work/demo-f16" || return 0
  [ ! -d "$kit/tensorrt" ] || export DOPT_TENSORRT=$kit/tensorrt
  logged leaks "$kit/java/bin/java" -Xmx1g -Ddopt.native="$kit/work/native" -cp "$classes" Leaks "$kit/work/demo-f16" unet "${LOADS:-200}" "${RUNS:-10000}" || true
  grep '^{' "$out/logs/leaks.log" > "$out/results/leaks.jsonl" || true
}

speed() {
  local model=$1 size=512x512 precision extra checkpoint
  case $model in
    sd15) ;;
    sdxl) size=1024x1024 ;;
    *) usage ;;
  esac
  checkpoint=$kit/work/$model
  forget {bench,step,peer,build,package,run}-"$model*"
  if [ -n "$rehearse" ]; then
    size=32x32
    checkpoint=$kit/rehearsal/$model-tiny
  elif [ ! -d "$checkpoint" ]; then
    logged "synth-$model" "$dopt" --quiet synth "$model" --dtype f16 -o "$checkpoint" || return 0
  fi
  for precision in f16 int8 fp8; do
    # Weights are random, so images are noise: one call is calibration enough, and no gate.
    extra=()
    [ "$precision" = f16 ] || extra=(--calibration-count 1 --calibration-steps 1 --no-gate)
    if [ ! -d "$kit/packages/$model-$precision" ]; then
      logged "package-$model-$precision" "$dopt" --quiet compile "$checkpoint" --target tensorrt --portable --precision "$precision" --size "$size" \
        --no-check --no-cache -o "$kit/packages/$model-$precision" "${extra[@]}" || continue
    fi
    plan "$kit/packages/$model-$precision" "$kit/work/$model-$precision" || continue
    bench "$model" "$precision" 1
  done
  if [ -d "$kit/python/src" ]; then
    peer=("$python" "$kit/peer.py" "$checkpoint" --size "$size" --batch 2 --mode "${MODE:-max-autotune}" --iterations "${ITERATIONS:-50}"
      --reference "$kit/work/$model-reference.safetensors")
    # The fixtures' autoencoders halve edges, the peer takes them to be eighths: 128 there are 32 here.
    [ -z "$rehearse" ] || peer+=(--size 128x128 --peak-edge 128 --warm-up 1 --tokens 24)
    if PYTHONPATH=$kit/python/src HF_HUB_OFFLINE=1 watched "peer-$model" "${peer[@]}"; then
      sed -n '/^{/,$p' "$out/logs/peer-$model.log" > "$out/results/peer-$model.json"
      "$python" "$kit/compare.py" inputs "$kit/work/$model-reference.safetensors" unet "$kit/work/in.safetensors"
      for precision in f16 int8 fp8; do
        [ -d "$kit/work/$model-$precision" ] || continue
        logged "run-$model-$precision" "$dopt" run "$kit/work/$model-$precision" --component unet --inputs "$kit/work/in.safetensors" \
          --outputs "$kit/work/out.safetensors" || continue
        "$python" "$kit/compare.py" outputs "$kit/work/$model-reference.safetensors" unet "$kit/work/out.safetensors" 1e-2 \
          > "$out/results/step-$model-$precision.jsonl" || say "$model $precision: a step is further than 1e-2 from float32 (in f16 its row fails)"
      done
    fi
  else
    say "no diffusers in the kit: no comparison with torch, so rows fail"
  fi
  # Once more, so that a clock that fell meanwhile shows.
  for precision in f16 int8 fp8; do
    [ ! -d "$kit/work/$model-$precision" ] || bench "$model" "$precision" 2
  done
}

# bench MODEL PRECISION TURN
bench() {
  watched "bench-$1-$2-$3" "$dopt" --json bench "$kit/work/$1-$2" --component unet --batch 2 --iterations "${ITERATIONS:-50}" --warmup 10 || return 0
  sed -n '/^{/,$p' "$out/logs/bench-$1-$2-$3.log" > "$out/results/bench-$1-$2-$3.json"
}

# rows PART...: what is missing or FAIL is a failure
rows() {
  "$python" "$kit/rows.py" "$out" "$kit" "$@" > "$out/rows.md" || failures=$((failures + 1))
  cat "$out/rows.md"
}

case $command in
  receive) mkdir -p "$kit/parts" && cp "$@" "$kit/parts/" ;;
  unpack) unpack ;;
  doctor) doctor || true ;;
  fixtures | gate | leaks)
    "$command" || true
    rows "$command"
    ;;
  speed)
    [ $# = 1 ] || usage
    speed "$1" || true
    rows "$1"
    ;;
  rows)
    [ $# -gt 0 ] || usage
    rows "$@"
    ;;
  all)
    for part in doctor fixtures gate leaks 'speed sd15' 'speed sdxl'; do
      say "$part"
      # shellcheck disable=SC2086
      $part || failures=$((failures + 1))
    done
    rows fixtures gate leaks sd15 sdxl
    ;;
  *) usage ;;
esac
[ "$failures" = 0 ] || { say "$failures failed; see $out/logs"; exit 1; }
