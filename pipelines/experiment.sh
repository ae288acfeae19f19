# shellcheck shell=bash
# A comparison of a new architecture with the gated convolutions of v7.1 under equal budgets, one
# after the other, on the same shards. Sourced by the scripts of cortex4 and cortex5.
#
# Options are read by the scripts that source this file.
# shellcheck disable=SC2034,SC2154
set -euo pipefail
# shellcheck source=tinystories.sh
source "$(dirname "${BASH_SOURCE[0]}")/tinystories.sh"

variants='sound published'
piece_characters=1000000

usage() {
  cat <<TEXT
Usage: pipelines/${0##*/} [options] [stage…]

The whole experiment: text, tokenizer, shards, baseline, train, evaluate, compare, sample. The
baseline is v7.1 at kernel size 15 with the same recipe and the same budget. For equal tokens instead
of equal minutes, give --tokens.

TEXT
  common_usage
}

stage_baseline() {
  stage baseline --in "$recipe" "$work/train" "$work/valid" \
    --out "$work/baseline/best.safetensors" -- \
    train_model "$work/baseline" "$recipe" "$work/train" "$work/valid" --tokenizer "$tokenizer" \
    --variant "$variant" ${budget[@]+"${budget[@]}"} ${settings[@]+"${settings[@]}"} \
    --set version=v7.1 --set model.kernel_size=15
}

stage_compare() {
  stage evaluate-baseline --in "$work/baseline/best.safetensors" "$work/valid" \
    --out "$work/evaluation-baseline.json" -- \
    write_to "$work/evaluation-baseline.json" \
    fl-eval ${quiet[@]+"${quiet[@]}"} "$work/baseline" --data "$work/valid"
  stage compare --in "$work/evaluation-baseline.json" "$work/evaluation.json" \
    --out "$work/comparison.json" -- write_to "$work/comparison.json" compare
  cat "$work/comparison.json"
}

# One line: both models, and the new one relative to the baseline.
compare() {
  jq -n -c \
    --slurpfile baseline "$work/evaluation-baseline.json" --slurpfile novel "$work/evaluation.json" \
    --slurpfile baseline_log <(grep '"event":"step"' "$work/baseline/log.jsonl" | tail -n 1) \
    --slurpfile novel_log <(grep '"event":"step"' "$run/log.jsonl" | tail -n 1) '
    def summary($evaluation; $log): {
      version: $evaluation.version, parameters: $evaluation.parameters,
      perplexity: $evaluation.perplexity, bits_per_character: $evaluation.bits_per_character,
      steps: ($log.step + 1), tokens: $log.tokens,
      tok_per_sec: (if $log.elapsed > 0 then $log.tokens / $log.elapsed else null end)
    };
    summary($baseline[0]; $baseline_log[0]) as $b | summary($novel[0]; $novel_log[0]) as $n
    | {
        event: "comparison", baseline: $b, novel: $n,
        relative_perplexity: ($n.perplexity / $b.perplexity),
        relative_bits_per_character: (
          if $b.bits_per_character then $n.bits_per_character / $b.bits_per_character else null end),
        relative_speed: (
          if $b.tok_per_sec and $n.tok_per_sec then $n.tok_per_sec / $b.tok_per_sec else null end)
      }'
}
