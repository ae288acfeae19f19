#!/usr/bin/env bash
# Speed and memory of training against PyTorch, in pairs: ours and the peer in turn, on the same
# cores, in one run. Prints JSON lines: each measurement, then medians, ratios and the fraction of the
# cores' peak, which benchmarks/record.py keeps.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)

usage() {
  cat <<'TEXT'
Usage: benchmarks/training/run.sh [--pairs N] [--threads N] [--compile] [version…]

Trains each version (default: all that have a peer) at its published size with fl-train and with
PyTorch, N times in turn (default 3), and compares medians. --compile adds torch.compile.
Piped into benchmarks/record.py, the comparison is kept in benchmarks/runs.
Needs the Python packages torch, numpy and threadpoolctl, and the built tools.
TEXT
}

pairs=3 threads=$(nproc) peers=(eager) versions=()
while (($# > 0)); do
  case $1 in
    -h | --help) usage && exit 0 ;;
    --pairs) pairs=$2 && shift ;;
    --threads) threads=$2 && shift ;;
    --compile) peers+=(compile) ;;
    *) versions+=("$1") ;;
  esac
  shift
done

python3 -c 'import numpy, threadpoolctl, torch' || {
  echo "run.sh: install what is missing: pip install numpy threadpoolctl torch" >&2
  exit 1
}

# Some environments pin OpenBLAS to an older kernel, which halves its speed: neither side has that.
unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE
bin=${FLASHLM_BIN:-$root/.build/release}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
((${#versions[@]} > 0)) || mapfile -t versions < <(cd "$here" && python3 -c \
  'import peers; print("\n".join(sorted(peers.PEERS)))')

# describe VERSION: the peer's sizes, which ours is given too.
describe() { (cd "$here" && python3 peer.py "$1" --describe); }

# make_shards VOCABULARY: random tokens, for only speed and memory are of interest.
make_shards() {
  local name count
  for name in train valid; do
    if [[ $name == train ]]; then count=600000; else count=3000; fi
    rm -rf "${work:?}/$name"
    python3 "$here/random_tokens.py" "$count" "$1" |
      "$bin/fl-shard" pack --quiet --vocabulary-size "$1" --output "$work/$name" - >/dev/null 2>&1
  done
}

# ours VERSION WARMUP STEPS SEQUENCES ACCUMULATION VARIANT
ours() {
  rm -rf "$work/run"
  "$bin/fl-train" --quiet --recipe "$root/pipelines/recipes/$1.json" --variant "$6" \
    --train "$work/train" --validation "$work/valid" --output "$work/run" --threads "$threads" \
    --steps $(($2 + $3)) --set log.every_steps=1 --set validation.every_steps=1000 \
    --set batch.sequences="$4" --set batch.accumulation="$5" |
    jq -c --arg version "$1" --arg variant "$6" --argjson threads "$threads" \
      --argjson warmup "$2" -s '
      (map(select(.event == "start"))[0]) as $start
      | map(select(.event == "step")) as $steps
      | [range($warmup; $steps | length)
         | ($steps[.].tokens - $steps[. - 1].tokens) / ($steps[.].elapsed - $steps[. - 1].elapsed)]
      | sort as $speeds
      | {peer: "flashlm", version: $version, variant: $variant, threads: $threads,
         parameters: $start.parameters, memory_bytes: ($steps[-1].memory_bytes),
         median_tok_per_sec: $speeds[($speeds | length) / 2 | floor]}'
}

for version in "${versions[@]}"; do
  sizes=$(describe "$version")
  read -r vocabulary warmup steps sequences accumulation variant < <(
    jq -r '[.vocab, .warmup, .steps, .sequences, .accumulation, .variant] | @tsv' <<<"$sizes")
  make_shards "$vocabulary"
  for ((pair = 0; pair < pairs; pair++)); do
    ours "$version" "$warmup" "$steps" "$sequences" "$accumulation" "$variant"
    for peer in "${peers[@]}"; do
      options=(--threads "$threads")
      if [[ $peer == compile ]]; then options+=(--compile); fi
      (cd "$here" && python3 peer.py "$version" "${options[@]}")
    done
  done
done | tee "$work/results.jsonl"

python3 "$here/summary.py" "$work/results.jsonl"
