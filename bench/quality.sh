#!/usr/bin/env bash
# How good are the quantized denoisers of the demo? Held-out captions (none of those calibrated with), 20 steps, guidance 3, against
# float32, by PSNR and CLIP score. Prints one line a precision.
#   bench/quality.sh [COUNT] [PRECISION...]
# A precision may have options behind it. For TensorRT's scheme, imitated on the CPU, in float32 but for what is quantized:
#   bench/quality.sh 24 int8 "int8 --target tensorrt --portable --compute-type f32"
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
count=${1:-256}
shift || true
[ $# -gt 0 ] || set -- int8 fp8 int8-weight "int4-weight --rank 16"
work=${WORK:-$root/build/bench-quality}
mkdir -p "$work"
demo=$root/examples/shapes-world
# Every captions.txt line that prompts.txt lacks, in an order that depends on nothing but the text.
grep -vxFf "$demo/prompts.txt" "$root/examples/shapes-world-provenance/captions.txt" | awk '{ printf "%s %s\n", NR * 7919 % 2384, $0 }' |
  sort -n | cut -d' ' -f2- | awk -v n="$count" 'NR <= n' > "$work/held-out.txt"
"$root/dopt" --quiet compile "$demo" -o "$work/f32" --force > /dev/null
for precision; do
  name=${precision// /_}
  slower=--allow-slower
  [[ $precision != *tensorrt* ]] || slower= # an imitation's speed is not measured
  # shellcheck disable=SC2086
  "$root/dopt" --quiet compile "$demo" -o "$work/$name" --precision $precision --no-gate $slower --force > /dev/null
  echo "== $precision =="
  "$root/dopt" --quiet eval "$work/$name" --against "$work/f32" --prompts "$work/held-out.txt" --steps 20 --guidance 3 --seed 1000000 \
    --no-noise-floor --report "$work/report-$name" --force | grep -E "^(PSNR|SSIM|CLIP)"
done
