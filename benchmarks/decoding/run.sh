#!/usr/bin/env bash
# What a token costs when decoding, and what a position costs in the delta rule's chunks. Prints JSON
# lines, which benchmarks/record.py keeps.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)

usage() {
  cat <<'TEXT'
Usage: benchmarks/decoding/run.sh [--core N] [--repetitions N] [--no-memory] [version…]

Samples with fl-sample on one core from each version (default: v7.4) at its published size, sound
variant, as many tokens as 256, 1,024 and 4,096, with a context of that many: if decoding is
constant in the length of the text, tokens per second are the same. The median of N repetitions
(default 3) counts.

Then the delta rule of v7.4 (4 heads of 32 channels, one layer, one sequence) forward and backward
over 256 to 65,536 positions on one core: nanoseconds and bytes a position, which a linear rule keeps
constant. --no-memory leaves that out; it builds benchmarks/kernels.

Weights and tokens are random: only speed is of interest. Needs the built tools, jq and taskset.
TEXT
}

core=0 repetitions=3 memory=yes versions=()
while (($# > 0)); do
  case $1 in
    -h | --help) usage && exit 0 ;;
    --core) core=$2 && shift ;;
    --repetitions) repetitions=$2 && shift ;;
    --no-memory) memory='' ;;
    *) versions+=("$1") ;;
  esac
  shift
done
((${#versions[@]} > 0)) || versions=(v7.4)

# Some environments pin OpenBLAS to an older kernel.
unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE
export OPENBLAS_NUM_THREADS=1
bin=${FLASHLM_BIN:-$root/.build/release}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Words of random letters, since the vocabulary has to have 4,096 entries.
awk 'BEGIN { srand(1)
  for (line = 0; line < 20000; line++) {
    text = ""
    for (word = 0; word < 10; word++) {
      for (letter = 3 + int(rand() * 6); letter > 0; letter--)
        text = text sprintf("%c", 97 + int(rand() * 26))
      text = text " "
    }
    printf "{\"text\": \"%s\"}\n", text
  } }' >"$work/text.jsonl"
"$bin/fl-tokenize" train --quiet --vocabulary-size 4096 --alphabet bytes --no-prefix-space \
  --output "$work/tokenizer.json" "$work/text.jsonl" >/dev/null
"$bin/fl-tokenize" encode --quiet --tokenizer "$work/tokenizer.json" "$work/text.jsonl" |
  "$bin/fl-shard" pack --quiet --tokenizer "$work/tokenizer.json" --output "$work/shards" >/dev/null

# One step of training, for a run whose weights are nearly those of the initialisation.
for version in "${versions[@]}"; do
  "$bin/fl-train" --quiet --recipe "$root/pipelines/recipes/$version.json" \
    --train "$work/shards" --validation "$work/shards" --tokenizer "$work/tokenizer.json" \
    --output "$work/$version" --steps 1 --set batch.accumulation=1 \
    --set validation.windows=1 >/dev/null
  parameters=$("$bin/fl-sample" "$work/$version" x --json --tokens 1 | jq 'select(.parameters).parameters')
  for length in 256 1024 4096; do
    for ((i = 0; i < repetitions; i++)); do
      taskset --cpu-list "$core" "$bin/fl-sample" "$work/$version" "Once upon a time" --json \
        --tokens "$length" --context "$length" --ignore-end-of-text --temp 0.8 --top-k 40
    done | jq -c -s --arg version "$version" --argjson length "$length" \
      --argjson parameters "$parameters" '
      map(select(.event == "end") | .tokens_per_second) | sort | {
        benchmark: "decoding", version: $version, parameters: $parameters, tokens: $length,
        tokens_per_second: .[length / 2 | floor], least: .[0], most: .[-1] }'
  done
done

[[ -n $memory ]] || exit 0
cd "$root/benchmarks/kernels"
swift build -c release --quiet ${KERNEL_BENCHMARK_BUILD:+--scratch-path "$KERNEL_BENCHMARK_BUILD"}
program=$(swift build -c release --show-bin-path \
  ${KERNEL_BENCHMARK_BUILD:+--scratch-path "$KERNEL_BENCHMARK_BUILD"})/kernel-benchmark
taskset --cpu-list "$core" "$program" "delta rule forward and backward" | grep '^{'
