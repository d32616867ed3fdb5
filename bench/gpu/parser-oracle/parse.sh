#!/usr/bin/env bash
# Feeds ONNX files to the ONNX parser of TensorRT 10.6, without a GPU: bench/gpu/parser-oracle/parse.sh [--operators NAME...] | FILE.onnx...
# Wants g++, the redist jar in the local Maven repository (or REDIST=JAR) and git access to the public headers (or HEADERS=FOLDER). See README.md.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=${ORACLE_WORK:-$here/../../../build/parser-oracle}
version=10.6-1.5.11
redist=${REDIST:-$HOME/.m2/repository/org/bytedeco/tensorrt/$version/tensorrt-$version-linux-x86_64-redist.jar}
cuda=${CUDA_HEADERS:-/usr/local/cuda/include}

fail() { printf 'parse.sh: %s\n' "$*" >&2; exit 2; }

mkdir -p "$work/lib" "$work/include"
if [ ! -e "$work/lib/libnvonnxparser.so.10" ]; then
  [ -f "$redist" ] || fail "no $redist; './mvnw -Pgpu dependency:get -Dartifact=org.bytedeco:tensorrt:$version:jar:linux-x86_64-redist', or REDIST=JAR"
  (cd "$work/lib" && unzip -qjo "$redist" 'org/bytedeco/tensorrt/linux-x86_64/libnvinfer.so.10' 'org/bytedeco/tensorrt/linux-x86_64/libnvonnxparser.so.10')
fi
if [ ! -e "$work/include/NvOnnxParser.h" ]; then
  if [ -n "${HEADERS:-}" ]; then
    cp "$HEADERS"/Nv*.h "$work/include/"
  else
    git clone -q --depth 1 -b v10.6.0 --filter=blob:none --sparse https://github.com/NVIDIA/TensorRT "$work/TensorRT"
    git -C "$work/TensorRT" sparse-checkout set include
    git clone -q --depth 1 -b release/10.6-GA https://github.com/onnx/onnx-tensorrt "$work/onnx-tensorrt"
    cp "$work"/TensorRT/include/Nv*.h "$work/onnx-tensorrt/NvOnnxParser.h" "$work/include/"
  fi
fi
[ -f "$cuda/cuda_runtime_api.h" ] || fail "no cuda_runtime_api.h in $cuda, which TensorRT's headers include; CUDA_HEADERS=FOLDER"
program=$work/parse
for source in "$here"/*.cpp "$here"/*.h; do
  [ "$program" -nt "$source" ] || stale=yes
done
if [ "${stale:-no}" = yes ]; then
  g++ -std=c++17 -O1 -w -isystem "$work/include" -isystem "$cuda" -o "$program" "$here"/*.cpp "$work/lib/libnvinfer.so.10" "$work/lib/libnvonnxparser.so.10" \
    -Wl,-rpath,"$work/lib"
fi
exec "$program" "$@"
