#!/usr/bin/env bash
# Checks and measures sanaq itself on a machine with this project built for CUDA, a JDK, python3 and a GPU. README.md says how.
#
#   load-tests/gpu/project.sh [--device cuda|cpu] [--model DIR] [--sizes 512,1024,...] [--out DIR] [--small]
#
# --small runs each part once on small images; with --device cpu it runs anywhere. The exit code is 1 if a part fails.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

device=cuda model=src/main/resources/checkpoints/sanaq-emoji sizes=512,1024,2048,4096 out=target/gpu small=
while [ $# -gt 0 ]; do
  case "$1" in
    --device) device="$2"; shift 2 ;;
    --model) model="$2"; shift 2 ;;
    --sizes) sizes="$2"; shift 2 ;;
    --out) out="$2"; shift 2 ;;
    --small) small=yes; sizes=128,256; shift ;;
    *) echo "unknown option $1; known: --device, --model, --sizes, --out, --small" >&2; exit 2 ;;
  esac
done
jar=target/quarkus-app/quarkus-run.jar
[ -f "$jar" ] || { echo "no $jar; build it first: ./mvnw -q package -DskipTests, for CUDA with -Dlibtorch.outside" >&2; exit 2; }
java="${JAVA_HOME:+$JAVA_HOME/bin/}java"
rm -rf "$out" && mkdir -p "$out"
failed=

sanaq() { "$java" -jar "$jar" "$@"; }

# Runs a part; its output goes to NAME.log. A precision that the device does not have is no failure.
part() {
  local name="$1" start=$SECONDS
  shift
  if "$@" >"$out/$name.log" 2>&1; then
    echo "$name: passed in $((SECONDS - start)) s"
  elif grep -qE 'error: precision [a-z0-9]+ (needs a GPU|is only for GPUs)' "$out/$name.log"; then
    echo "$name: NOT RUN, $(grep -oE 'precision [a-z0-9]+ (needs a GPU|is only for GPUs).*' "$out/$name.log" | head -n 1)"
    return 1
  else
    echo "$name: FAILED, see $out/$name.log"
    tail -n 3 "$out/$name.log"
    failed=yes
  fi
}

generate() { # DEVICE PRECISION
  sanaq generate --model "$model" --device "$1" --precision "$2" --prompt "a red apple" --seed 7 --output "$out/$1-$2.png"
}

benchmark() { # PRECISION
  sanaq benchmark --model "$model" --device "$device" --precision "$1" --sizes "$sizes" --report "$out/$1" \
    ${small:+--runs 1 --timed-steps 1}
}

check_export() { # ARGUMENTS of check.py
  python3 -B load-tests/gpu/check.py "$out/export" "$@"
}

if [ "$device" = cuda ]; then
  part machine nvidia-smi
fi
part image-cpu-fp32 generate cpu fp32
for precision in fp32 bf16 int8 fp8; do
  if [ "$device" != cpu ] || [ $precision != fp32 ]; then
    part "image-$device-$precision" generate "$device" $precision || continue
  fi
  part "same-image-$precision" python3 -B load-tests/gpu/compare_png.py "$out/cpu-fp32.png" "$out/$device-$precision.png" $precision
  part "benchmark-$precision" benchmark $precision
done
part export sanaq benchmark --model src/main/resources/checkpoints/sanaq-emoji --export "$out/export"
part files check_export --check-files
if ! python3 -c 'import torch' 2>/dev/null; then
  echo "networks in Python: NOT RUN, python3 has no torch"
elif [ -n "$small" ]; then
  part networks check_export --device "$device" --out "$out/networks" --networks emoji,all-options --sizes "$sizes" --runs 2
else
  part networks check_export --device "$device" --out "$out/networks" --sizes "$sizes"
fi
if [ -z "$small" ]; then
  part demo env SANAQ_MODEL_DEVICE="$device" "$java" -jar "$jar" demo --once
fi
echo "results: $out"
[ -z "$failed" ]
