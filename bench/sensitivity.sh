#!/usr/bin/env bash
# Does the estimate of `--precision auto` rank the layers as they are? Quantizes every block of the demo's denoiser alone and compares the
# error of the latents after 20 steps with the estimate; prints both and Spearman's rank correlation. Takes a few minutes.
#   bench/sensitivity.sh [CHECKPOINT] [GUIDANCE]
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
checkpoint=${1:-$root/examples/shapes-world}
work=${WORK:-$root/build/bench-sensitivity}
mkdir -p "$work"
"$root/dopt" --quiet calibrate "$checkpoint" -o "$work/calibration.json" --guidance "${2:-3}" --steps 20 --count 8 --force > /dev/null
trials=$(mktemp -d "$work/trials.XXXX")
classpath=$(mktemp)
trap 'rm -rf "$classpath" "$trials"' EXIT
cd "$root"
./mvnw -q -B -pl cli -am test-compile dependency:build-classpath -Dmdep.includeScope=test -Dmdep.outputFile="$classpath"
"${JAVA_HOME:+$JAVA_HOME/bin/}java" -cp "cli/target/test-classes:cli/target/classes:$(cat "$classpath")" \
  io.dopt.cli.SensitivityBenchmark "$checkpoint" "$work/calibration.json" "$trials"
