#!/usr/bin/env bash
# A corpus of 2.2 GB from end to end: time and peak memory of each tool, and how long training takes
# to its first step. Needs 6 GB of disk for a while.
#
#   benchmarks/scale/run.sh [--documents N] [--work FOLDER]
#
# Prints a JSON line for each stage and fails if a data tool takes 300 MB or more, or training needs
# more than 2 seconds to begin. The tools come from FLASHLM_BIN or .build/release.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
PATH=${FLASHLM_BIN:-$here/../../.build/release}:$PATH
documents=2900000 work=''
while (($# > 0)); do
  case $1 in
    --documents) documents=$2 ;;
    --work) work=$2 ;;
    *) sed -n '2,/^set/p' "$0" | grep '^#' | cut -c 3- && exit 64 ;;
  esac
  shift 2
done
work=$(mktemp -d "${work:-${TMPDIR:-/tmp}}/flashlm-scale-XXXXXX")
trap 'rm -rf "$work"' EXIT
failed=0

# measure NAME LIMIT-MB COMMAND…: runs it and reports its own peak memory, as the kernel counts it.
measure() {
  local name=$1 limit=$2
  shift 2
  python3 - "$name" "$limit" "$@" <<'PYTHON' || failed=1
import json, os, resource, subprocess, sys, time
name, limit, *command = sys.argv[1:]
began = time.monotonic()
status = subprocess.call(command, stdout=subprocess.DEVNULL)
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1000 * 1.024
print(json.dumps({"stage": name, "seconds": round(time.monotonic() - began, 2),
                  "peak_megabytes": round(peak, 1), "status": status}), flush=True)
sys.exit(status != 0 or peak >= float(limit))
PYTHON
}

measure stories 300 fl-shard stories --quiet --format text --documents "$documents" \
  --output "$work/train.txt"
fl-shard stories --quiet --format text --first-document 100000000 --documents 500 \
  --output "$work/valid.txt" >/dev/null
echo "{\"corpus_bytes\": $(stat --format %s "$work/train.txt")}"
measure tokenizer 300 fl-tokenize train --quiet --vocabulary-size 4096 --minimum-frequency 1 \
  --alphabet bytes --output "$work/tokenizer.json" "$work/train.txt"
measure encode 300 fl-tokenize encode --quiet --tokenizer "$work/tokenizer.json" \
  --output "$work/tokens.bin" "$work/train.txt"
measure pack 300 fl-shard pack --quiet "$work/tokens.bin" --tokenizer "$work/tokenizer.json" \
  --end-of-text '<eos>' --output "$work/train"
measure verify 300 fl-shard verify --quiet "$work/train"
rm "$work/tokens.bin" "$work/train.txt"
fl-tokenize encode --quiet --tokenizer "$work/tokenizer.json" "$work/valid.txt" |
  fl-shard pack --quiet --tokenizer "$work/tokenizer.json" --end-of-text '<eos>' \
    --output "$work/valid" >/dev/null

began=$(date +%s%N)
first=''
while read -r line; do
  case $line in
    *'"event":"start"'*) first=$((($(date +%s%N) - began) / 1000000)) ;;
    *'"event":"step"'*)
      jq -n -c --argjson start "$first" --argjson step $((($(date +%s%N) - began) / 1000000)) \
        '{stage: "train", seconds_to_start: ($start / 1000), seconds_to_first_step: ($step / 1000)}'
      ((first < 2000)) || failed=1
      ;;
  esac
done < <(fl-train --quiet --recipe "$here/../../pipelines/recipes/v5.2.json" --train "$work/train" \
  --validation "$work/valid" --output "$work/run" --steps 1 --set validation.windows=8)
exit "$failed"
