#!/usr/bin/env bash
# Training on several ranks, each on a host of its own (network namespaces, TCP): tokens per second
# and bytes exchanged, against one process with as many threads. As root, with tools that were built
# with FLASHLM_MPI=1 (FLASHLM_BIN or .build/release).
#
#   benchmarks/ranks/run.sh [--steps N] [--recipe FILE] [--set PATH=VALUE…]
#
# Prints a JSON line for each measurement. model.py makes the speed-up to expect on real machines of
# them.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
PATH=${FLASHLM_BIN:-$here/../../.build/release}:$PATH
recipe=$here/../../pipelines/recipes/v5.2.json steps=8 settings=()
while (($# > 0)); do
  case $1 in
    --steps) steps=$2 ;;
    --recipe) recipe=$2 ;;
    --set) settings+=(--set "$2") ;;
    *) sed -n '2,/^set/p' "$0" | grep '^#' | cut -c 3- && exit 64 ;;
  esac
  shift 2
done
unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE
work=$(mktemp -d)
trap '"$here/network.sh" down; rm -rf "$work"' EXIT

fl-shard stories --quiet --documents 3000 >"$work/train.jsonl"
fl-shard stories --quiet --first-document 100000 --documents 20 >"$work/valid.jsonl"
fl-tokenize train --quiet --vocabulary-size 4096 --minimum-frequency 1 --alphabet bytes \
  --output "$work/tokenizer.json" "$work/train.jsonl" >/dev/null
for part in train valid; do
  fl-tokenize encode --quiet --tokenizer "$work/tokenizer.json" "$work/$part.jsonl" |
    fl-shard pack --quiet --tokenizer "$work/tokenizer.json" --output "$work/$part" >/dev/null
done

command=("$(command -v fl-train)" --quiet --recipe "$recipe" --train "$work/train" --validation
  "$work/valid" --steps "$steps" --set log.every_steps=1 ${settings[@]+"${settings[@]}"})

# report NAME RANKS THREADS NETWORK LOG: speed without the first step, in which memory is laid out;
# bytes that rank 0 exchanges, without the parameters and moments that it sends to begin with.
report() {
  jq -c -s --arg network "$4" --argjson ranks "$2" --argjson threads "$3" '
    [.[] | select(.event == "step")] as $steps | .[-1] as $last |
    {ranks: $ranks, threads: $threads, network: $network,
     step_seconds: (($steps[-1].elapsed - $steps[0].elapsed) / (($steps | length) - 1)),
     tokens_per_step: ($steps[1].tokens - $steps[0].tokens),
     exchanged_bytes_per_step: 
       (if $ranks == 1 then 0 else ($last.exchanged_bytes - 12 * .[0].parameters) / ($steps | length)
        end)} |
    .tokens_per_second = .tokens_per_step / .step_seconds' "$5"
}

for threads in 1 2 4; do
  "${command[@]}" --threads "$threads" --output "$work/local-$threads" >"$work/log"
  report local 1 "$threads" none "$work/log"
done
# Rates, and milliseconds that a byte is on the way.
for network in unlimited 10gbit 1gbit unlimited-1 1gbit-1 1gbit-10; do
  for ranks in 2 4; do
    rate=${network%-*} delay=${network#"$rate"}
    "$here/network.sh" up "$ranks" "$rate" "${delay#-}"
    hosts=$(seq -s , -f '10.77.0.%g' "$ranks")
    "$here/network.sh" agent 10.77.0.1 mpirun --allow-run-as-root \
      --mca plm_rsh_agent "\"$here/network.sh agent\"" --mca btl tcp,self \
      --mca btl_tcp_if_include 10.77.0.0/24 --mca oob_tcp_if_include 10.77.0.0/24 \
      --bind-to none -n "$ranks" --host "$hosts" "${command[@]}" --threads 1 \
      --output "$work/$network-$ranks" >"$work/log"
    report ranks "$ranks" 1 "$network" "$work/log"
    cmp "$work/local-$ranks/best.safetensors" "$work/$network-$ranks/best.safetensors"
    "$here/network.sh" down
  done
done
