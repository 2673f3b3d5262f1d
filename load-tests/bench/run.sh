#!/bin/bash
# Runs every program in turns, ROUNDS times, and writes their lines to RESULTS.
#
#   MODEL=dir OPENVINO=dir RESULTS=dir [ROUNDS=3] [SIZES="512 1024"] [PRECISIONS="fp32 bf16 int8"] [THREADS=2] \
#     [PROGRAMS="sanaq openvino diffusers compile"] [SANAQ="java -jar quarkus-run.jar"] ./run.sh
#
# MODEL: a checkpoint, see make_checkpoint.py. OPENVINO: the folder of openvino_models.py. Programs follow each other within a
# round, so that all of them meet the same neighbours on a shared machine. Set PREFIX="chrt -r 1" where that is allowed.
set -euo pipefail
cd "$(dirname "$0")"
: "${MODEL:?}" "${OPENVINO:?}" "${RESULTS:?}"
ROUNDS=${ROUNDS:-3} SIZES=${SIZES:-512 1024} PRECISIONS=${PRECISIONS:-fp32 bf16 int8} THREADS=${THREADS:-2} RUNS=${RUNS:-3}
PROGRAMS=${PROGRAMS:-sanaq openvino diffusers compile} PREFIX=${PREFIX:-}
SANAQ=${SANAQ:-java -jar ../../target/quarkus-app/quarkus-run.jar}
mkdir -p "$RESULTS"

once() { # PROGRAM PRECISION SIZE
  local common=(--precision "$2" --size "$3" --runs "$RUNS" --threads "$THREADS")
  case $1 in
    sanaq) $PREFIX $SANAQ benchmark --model "$MODEL" --device cpu --precision "$2" --height "$3" --width "$3" \
             --threads "$THREADS" --runs 1 --timed-steps "$RUNS" ;;
    openvino) $PREFIX python time_openvino.py "$OPENVINO" "${common[@]}" ;;
    diffusers) [ "$2" = int8 ] || $PREFIX python time_diffusers.py "$MODEL" "${common[@]}" ;;
    compile) [ "$2" = int8 ] || $PREFIX python time_diffusers.py "$MODEL" "${common[@]}" --compile ;;
    *) echo "unknown program $1" >&2; return 1 ;;
  esac
}

for round in $(seq "$ROUNDS"); do
  for size in $SIZES; do
    for precision in $PRECISIONS; do
      for program in $PROGRAMS; do
        once "$program" "$precision" "$size" > "$RESULTS/$program-$precision-$size-$round.jsonl"
      done
    done
  done
done
python table.py "$RESULTS"
