#!/usr/bin/env bash
# Is the int8 denoiser faster? One step of a random checkpoint of SD 1.5's size at 64x64 latents: dopt's float32 engine, its int8
# engine and, with PYTHON, ONNX Runtime on diffusers' own export, in one process and in turns. Prints a Markdown table.
#   [PYTHON=/path/to/python-with-diffusers] bench/int8.sh [THREADS] [ROUNDS] [BATCH]
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
threads=${1:-2}
rounds=${2:-9}
batch=${3:-1}
work=${WORK:-$root/build/bench-int8}
mkdir -p "$work"
[ -d "$work/checkpoint" ] || "$root/dopt" --quiet synth sd15 -o "$work/checkpoint" > /dev/null
[ -d "$work/f32" ] || "$root/dopt" --quiet compile "$work/checkpoint" -o "$work/f32" --no-cache --no-check --no-gate > /dev/null
# Weights are random, so images are noise: neither quality nor ranges matter here, only which kernels run.
[ -d "$work/int8" ] || "$root/dopt" --quiet compile "$work/checkpoint" -o "$work/int8" --precision int8 --calibration-count 1 \
  --calibration-steps 1 --no-cache --no-check --no-gate > /dev/null
engine=batch${batch}_height64_width64_sequence77.onnx
models=("dopt f32=$work/f32/unet/$engine" "dopt int8=$work/int8/unet/$engine")
if [ -n "${PYTHON:-}" ]; then
  [ -f "$work/export$batch.onnx" ] || "$PYTHON" "$root/bench/export_unet.py" "$work/checkpoint" "$work/export$batch.onnx" --batch "$batch"
  models+=("diffusers' export=$work/export$batch.onnx")
fi
cd "$root"
classpath=$(mktemp)
trap 'rm -f "$classpath"' EXIT
./mvnw -q -B -pl compiler -am test-compile dependency:build-classpath -Dmdep.includeScope=test -Dmdep.outputFile="$classpath"
"${JAVA_HOME:+$JAVA_HOME/bin/}java" -cp "compiler/target/test-classes:compiler/target/classes:$(cat "$classpath")" \
  io.dopt.compiler.cpu.EngineBenchmark "$threads" "$rounds" "${models[@]}"
