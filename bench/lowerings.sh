#!/usr/bin/env bash
# How much faster are the fused operators the CPU target writes than their decompositions? Prints a Markdown table.
#   bench/lowerings.sh
set -euo pipefail
cd "$(dirname "$0")/.."
classpath=$(mktemp)
trap 'rm -f "$classpath"' EXIT
./mvnw -q -B -pl compiler -am test-compile dependency:build-classpath -Dmdep.includeScope=test -Dmdep.outputFile="$classpath"
exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" -cp "compiler/target/test-classes:compiler/target/classes:$(cat "$classpath")" \
  io.dopt.compiler.lowering.LoweringBenchmark
