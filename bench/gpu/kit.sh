#!/usr/bin/env bash
# Assembles what a bare GPU host needs to prove dopt (no Java, no TensorRT, no network there): bench/gpu/kit.sh [--no-tensorrt] KIT
# KIT/parts gets files of at most 45 MB, with SHA256SUMS, to be brought over in any way; bench/gpu/on-host.sh unpacks and runs them.
#   DIFFUSERS   a checkout (or its git directory) of huggingface/diffusers, whose src/ goes along for the peer; without: no comparison with torch
#   REDIST      TensorRT's redist jar; the local Maven repository's when not given
#   FIXTURES    folder of fixtures to build packages of; testdata/fixtures
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
here=$root/bench/gpu
part_bytes=$((45 * 1000 * 1000))
tensorrt=yes
if [ "${1:-}" = --no-tensorrt ]; then
  tensorrt=no
  shift
fi
[ $# = 1 ] || { sed -n '2,7p' "$0"; exit 2; }
kit=$(mkdir -p "$1" && cd "$1" && pwd)
stage=$kit/stage
rm -rf "$stage" "$kit/parts"
mkdir -p "$stage/dopt/cli/target/lib" "$kit/parts"

say() { printf 'kit: %s\n' "$*" >&2; }
fail() { printf 'kit: error: %s\n' "$*" >&2; exit 1; }

for tool in jlink jdeps javac zip unzip split sha256sum; do
  command -v "$tool" > /dev/null || fail "there is no $tool on PATH"
done

if [ -z "${NO_BUILD:-}" ]; then
  say "building dopt with TensorRT's module"
  (cd "$root" && ./mvnw -B -ntp -q -Pgpu -Dtensorrt.system -Dmaven.test.skip=true package)
fi
[ -f "$root/cli/target/dopt-cli.jar" ] || fail "there is no $root/cli/target/dopt-cli.jar"

# The jars that dopt-cli.jar names; target/lib may hold those of older builds, too.
cp "$root/cli/target/dopt-cli.jar" "$stage/dopt/cli/target/"
unzip -p "$root/cli/target/dopt-cli.jar" META-INF/MANIFEST.MF | tr -d '\r' | sed -e ':a' -e 'N' -e '$!ba' -e 's/\n //g' |
  sed -n 's/^Class-Path: //p' | tr ' ' '\n' | while IFS= read -r name; do
  case $name in
    '' | *-redist.jar) ;; # TensorRT itself goes in parts of its own
    *) cp "$root/cli/target/$name" "$stage/dopt/cli/target/lib/" ;;
  esac
done
cp "$root/dopt" "$stage/dopt/dopt"

say "leaving out other platforms' libraries"
prune() { # JAR PATTERN...: without what matches
  local jar=$stage/dopt/cli/target/lib/$1
  shift
  [ -f "$jar" ] || return 0
  zip -q -d "$jar" "$@" > /dev/null || [ $? = 12 ] # 12: nothing matched
}
for jar in "$stage"/dopt/cli/target/lib/*.jar; do
  name=${jar##*/}
  case $name in
    onnxruntime-*) prune "$name" 'ai/onnxruntime/native/osx-*' 'ai/onnxruntime/native/win-*' 'ai/onnxruntime/native/linux-aarch64/*' ;;
    tokenizers-*) prune "$name" 'native/lib/osx-*' 'native/lib/win-*' 'native/lib/linux-aarch64/*' ;;
    jna-*)
      for folder in aix-ppc aix-ppc64 darwin-x86-64 darwin-aarch64 linux-x86 linux-arm linux-armel linux-aarch64 linux-ppc linux-ppc64le \
        linux-mips64el linux-loongarch64 linux-s390x linux-riscv64 sunos-x86 sunos-x86-64 sunos-sparc sunos-sparcv9 dragonflybsd-x86-64 \
        freebsd-x86 freebsd-x86-64 freebsd-aarch64 openbsd-x86 openbsd-x86-64 win32-x86 win32-x86-64 win32-aarch64; do
        prune "$name" "com/sun/jna/$folder/*"
      done
      ;;
    jline-native-*) prune "$name" 'org/jline/nativ/FreeBSD/*' 'org/jline/nativ/Mac/*' 'org/jline/nativ/Windows/*' ;;
  esac
done

say "linking a Java runtime"
classes=$kit/classes
rm -rf "$classes"
mkdir -p "$classes"
for jar in "$stage"/dopt/cli/target/dopt-cli.jar "$stage"/dopt/cli/target/lib/*.jar; do
  unzip -qo "$jar" '*.class' -x 'META-INF/*' 'module-info.class' -d "$classes" 2> /dev/null || true # jars of libraries only have none
done
# As one folder: the jars' own module descriptions name modules that are not there.
modules=$(jdeps --ignore-missing-deps --print-module-deps "$classes")
rm -rf "$classes"
say "modules: $modules"
# jdk.zipfs and jdk.crypto.ec are found by name only, at run time.
jlink --add-modules "$modules,jdk.zipfs,jdk.crypto.ec" --strip-debug --no-header-files --no-man-pages --compress=2 --output "$stage/java"
"$stage/java/bin/java" -Xshare:dump > /dev/null 2>&1 || say "no class data archive of the runtime; dopt starts slower"

cat > "$stage/dopt.sh" << 'SCRIPT'
#!/bin/sh
# dopt with the kit's own Java and TensorRT.
kit=$(cd "$(dirname "$0")" && pwd -P)
JAVA_HOME=$kit/java
export JAVA_HOME
[ -n "${DOPT_TENSORRT:-}" ] || [ ! -d "$kit/tensorrt" ] || { DOPT_TENSORRT=$kit/tensorrt && export DOPT_TENSORRT; }
exec "$kit/dopt/dopt" "$@"
SCRIPT
chmod +x "$stage/dopt.sh"

say "packages"
fixtures=${FIXTURES:-$root/testdata/fixtures}
dopt() { "$stage/dopt.sh" --quiet "$@"; }
mkdir -p "$stage/fixtures" "$stage/packages"
package() { # CHECKPOINT NAME PRECISION OPTION...
  local checkpoint=$1 name=$2 precision=$3
  shift 3
  dopt compile "$checkpoint" --target tensorrt --portable --precision "$precision" -o "$stage/packages/$name-$precision" "$@" > /dev/null
}
for fixture in "$fixtures"/*/; do
  name=$(basename "$fixture")
  [ -f "$fixture/reference.safetensors" ] || continue
  mkdir -p "$stage/fixtures/$name" "$stage/rehearsal"
  cp -r "$fixture" "$stage/rehearsal/$name"
  rm "$stage/rehearsal/$name"/reference.*
  cp "$fixture/reference.safetensors" "$fixture/reference.json" "$stage/fixtures/$name/"
  size=$(sed -n 's/^ *"height": *\([0-9]*\).*/\1/p' "$fixture/reference.json")x$(sed -n 's/^ *"width": *\([0-9]*\).*/\1/p' "$fixture/reference.json")
  for precision in f32 f16; do
    package "$fixture" "$name" "$precision" --size "$size"
  done
done
demo=$root/examples/shapes-world
for precision in f16 int8 fp8; do
  # The images are compared on the host, on the engines.
  case $precision in
    f16) package "$demo" demo "$precision" ;;
    *) package "$demo" demo "$precision" --no-gate ;;
  esac
done
dopt compile "$demo" -o "$stage/packages/demo-cpu" > /dev/null
cp "$demo/prompts.txt" "$stage/packages/prompts.txt"

say "the peer"
cp "$here/peer.py" "$here/compare.py" "$here/rows.py" "$stage/"
mkdir -p "$stage/leaks"
javac -cp "$stage/dopt/cli/target/lib/*" -d "$stage/leaks" "$here/Leaks.java"
if [ -n "${DIFFUSERS:-}" ]; then
  mkdir -p "$stage/python"
  if [ -d "$DIFFUSERS/src/diffusers" ]; then
    (cd "$DIFFUSERS" && tar cf - src/diffusers LICENSE) | tar xf - -C "$stage/python"
  else
    git --git-dir="$DIFFUSERS" archive HEAD src/diffusers LICENSE | tar xf - -C "$stage/python"
  fi
  find "$stage/python" -name __pycache__ -prune -exec rm -rf {} +
else
  say "no DIFFUSERS: the kit has no peer to compare with"
fi
{
  printf 'dopt '
  git -C "$root" describe --always --dirty
  "$stage/dopt.sh" --version
} > "$stage/VERSION"

say "parts"
(cd "$stage" && tar cf - --sort=name --owner=0 --group=0 --mtime=@0 .) | gzip -9n | split -b "$part_bytes" -d -a 3 - "$kit/parts/kit.tar.gz."
if [ "$tensorrt" = yes ]; then
  version=$(sed -n 's:.*<tensorrt.version>\(.*\)</tensorrt.version>.*:\1:p' "$root/pom.xml")
  redist=${REDIST:-$HOME/.m2/repository/org/bytedeco/tensorrt/$version/tensorrt-$version-linux-x86_64-redist.jar}
  [ -f "$redist" ] || fail "there is no $redist: name TensorRT's redist jar with REDIST, or leave it out with --no-tensorrt"
  split -b "$part_bytes" -d -a 3 "$redist" "$kit/parts/tensorrt.jar."
fi
cp "$here/on-host.sh" "$kit/parts/"
(cd "$kit/parts" && sha256sum -- * > "$kit/SHA256SUMS" && mv "$kit/SHA256SUMS" .)
say "$(find "$kit/parts" -type f | wc -l) files, $(du -sh --apparent-size "$kit/parts" | cut -f1) in $kit/parts"
