#!/usr/bin/env bash
# Does `--precision auto` keep its budget on prompts and seeds that it has not seen, is it faster for looser budgets, and does it find the
# same again? The demo under several budgets: the plan, a held-out evaluation, and the step times of all engines in turns.
#   bench/auto.sh ["BUDGET ..."] [HELD_OUT_IMAGES] [ROUNDS]
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
budgets=${1:-55 50 44}
images=${2:-64}
rounds=${3:-200}
checkpoint=$root/examples/shapes-world
work=${WORK:-$root/build/bench-auto}
mkdir -p "$work"
dopt() { "$root/dopt" --quiet "$@"; }

grep -vxFf "$checkpoint/prompts.txt" "$root/examples/shapes-world-provenance/captions.txt" | awk 'NR % 37 == 5' | head -n "$images" > "$work/held-out.txt"
dopt compile "$checkpoint" -o "$work/f32" --force > /dev/null
dopt calibrate "$checkpoint" -o "$work/calibration.json" --guidance 3 --steps 20 --count 8 --force > /dev/null
auto() { # BUDGET BUNDLE
  dopt compile "$checkpoint" -o "$work/$2" --precision auto --quality-budget "psnr>=$1" --calibration "$work/calibration.json" \
    --plan-output "$work/$2.json" --allow-slower --force > "$work/$2.txt"
}
engine=unet/batch2_height16_width16_sequence24.onnx
models=("float32=$work/f32/$engine")
for budget in $budgets; do
  auto "$budget" "psnr$budget"
  models+=("psnr>=$budget: $(grep -c int8 "$work/psnr$budget.json") layers=$work/psnr$budget/$engine")
  echo "psnr>=$budget: $(grep chosen "$work/psnr$budget.txt")"
  dopt eval "$work/psnr$budget" --against "$work/f32" --report "$work/report$budget" --force --prompts "$work/held-out.txt" --seed 777000 \
    --steps 20 --guidance 3 --gate "psnr>=$budget" --no-noise-floor | grep "psnr>=$budget" || true
done
first=${budgets%% *}
auto "$first" again
cmp "$work/psnr$first.json" "$work/again.json" && diff -r "$work/psnr$first" "$work/again" && echo "psnr>=$first twice: the same bundle"
cd "$root"
classpath=$(mktemp)
trap 'rm -f "$classpath"' EXIT
./mvnw -q -B -pl compiler -am test-compile dependency:build-classpath -Dmdep.includeScope=test -Dmdep.outputFile="$classpath"
# A label must have no '=': that is where the file begins.
for i in "${!models[@]}"; do models[i]=${models[i]/psnr>=/psnr }; done
"${JAVA_HOME:+$JAVA_HOME/bin/}java" -cp "compiler/target/test-classes:compiler/target/classes:$(cat "$classpath")" \
  io.dopt.compiler.cpu.EngineBenchmark 2 "$rounds" "${models[@]}"
