#!/usr/bin/env bash
# Is generating faster than diffusers? One image of the demo, prompt to pixels, 20 steps with guidance: dopt and diffusers eager in
# turns with the same threads, after warm-up; prints the ratio of medians and what dopt's denoising loop costs beyond its engine calls.
#   PYTHON=/path/to/python-with-diffusers bench/generate.sh [THREADS] [ROUNDS] [CHECKPOINT] [SIZE]
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
threads=${1:-2}
rounds=${2:-3}
checkpoint=${3:-$root/examples/shapes-world}
size=${4:-64x64}
python=${PYTHON:-python3}
work=$root/build/bench-generate
mkdir -p "$work"
rm -f "$work"/*.json
"$root/dopt" --quiet compile "$checkpoint" -o "$work/bundle" --size "$size" --force > /dev/null
for round in $(seq "$rounds"); do
  "$root/dopt" bench "$work/bundle" --size "$size" --steps 20 --iterations 5 --threads "$threads" --json --quiet > "$work/dopt-$round.json"
  OMP_NUM_THREADS=$threads "$python" "$root/bench/diffusers_eager.py" "$checkpoint" --size "$size" --steps 20 --guidance 7.5 --repeat 5 \
    --threads "$threads" --prompt "a large red star in the center on a navy background" 2> /dev/null > "$work/diffusers-$round.json"
done
"$python" - "$work" "$rounds" "$threads" << 'SUMMARY'
import json
import statistics
import sys

work, rounds, threads = sys.argv[1], int(sys.argv[2]), sys.argv[3]
dopt = [json.load(open(f"{work}/dopt-{i}.json")) for i in range(1, rounds + 1)]
eager = [json.load(open(f"{work}/diffusers-{i}.json")) for i in range(1, rounds + 1)]
for i, (ours, theirs) in enumerate(zip(dopt, eager), 1):
    mine, other = ours["components"]["generate"]["seconds"]["p50"], statistics.median(theirs["seconds"])
    print(f"round {i}: dopt {mine:.3f} s, diffusers eager {other:.3f} s, dopt is {other / mine:.2f}x as fast; "
          f"loop overhead {100 * ours['loopOverhead']:.2f} %")
ratio = statistics.median(statistics.median(t["seconds"]) / o["components"]["generate"]["seconds"]["p50"] for o, t in zip(dopt, eager))
print(f"{threads} threads: median ratio {ratio:.2f}x (torch {eager[0]['torch']}, diffusers {eager[0]['diffusers']})")
SUMMARY
