#!/usr/bin/env bash
# v7.1's sweep of kernel sizes: the same model with each of 4, 8, 15 and 31, on the same shards. Another
# list of sizes: KERNELS="4 8" pipelines/v7.1-sweep.sh
set -euo pipefail
# shellcheck source=tinystories.sh
source "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/tinystories.sh"

version=v7.1
variants='sound published'
piece_characters=1000000
read -r -a kernels <<<"${KERNELS:-4 8 15 31}"
parse_options "$@"
work=${work:-runs/v7.1-sweep-$variant}
name_paths
((${#budget[@]} > 0)) || budget=(--minutes 10)

stage_sweep() {
  local kernel
  for kernel in "${kernels[@]}"; do
    train_to "train-$kernel" "$work/kernel-$kernel" --set "model.kernel_size=$kernel"
    evaluate_to "evaluate-$kernel" "evaluation-$kernel.json" "$work/kernel-$kernel"
  done
}

# One line a kernel size, the best first.
stage_report() {
  local kernel
  for kernel in "${kernels[@]}"; do
    jq -c --argjson kernel "$kernel" '{kernel_size: $kernel, perplexity, bits_per_character, parameters}' \
      "$work/evaluation-$kernel.json"
  done | jq -s -c 'sort_by(.perplexity)[]' | tee "$work/sweep.jsonl"
  jq -r -s '
    ["kernel", "parameters", "perplexity", "bits/character", "relative"],
    (.[0].perplexity as $best | .[] | [.kernel_size, .parameters]
      + ([.perplexity, .bits_per_character, .perplexity / $best] | map(. * 1000 | round / 1000)))
    | @tsv' "$work/sweep.jsonl" | print_columns >&2
}

run_stages text tokenizer shards sweep report
