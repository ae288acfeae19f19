# shellcheck shell=bash
# A comparison of a new architecture with the gated convolutions of v7.1 under equal budgets, one
# after the other, on the same shards. Sourced by the scripts of cortex4 and cortex5.
#
# Variables are read by the scripts that source this file.
# shellcheck disable=SC2034,SC2154
set -euo pipefail
# shellcheck source=tinystories.sh
source "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/tinystories.sh"

variants='sound published'
piece_characters=1000000

stage_baseline() {
  train_to baseline "$work/baseline" --set version=v7.1 --set model.kernel_size=15 \
    --set model.offsets=null --set model.n_slots=null --set model.slot_dim=null
}

stage_compare() {
  evaluate_to evaluate-baseline evaluation-baseline.json "$work/baseline"
  stage compare --in "$work/evaluation-baseline.json" "$work/evaluation.json" \
    --out "$work/comparison.json" -- write_to "$work/comparison.json" compare
  show "$work/comparison.json"
  print_table >&2
}

# One line: both models, the new one relative to the baseline, and the same at the last validation
# that both reached, which saw the same tokens.
compare() {
  jq -n -c \
    --slurpfile baseline "$work/evaluation-baseline.json" --slurpfile novel "$work/evaluation.json" \
    --slurpfile baseline_log "$work/baseline/log.jsonl" --slurpfile novel_log "$run/log.jsonl" '
    def summary($evaluation; $log):
      ($log | map(select(.event == "end"))[-1]) as $last
      | {
          version: $evaluation.version, parameters: $evaluation.parameters,
          perplexity: $evaluation.perplexity, bits_per_character: $evaluation.bits_per_character,
          steps: $last.step, tokens: $last.tokens,
          tok_per_sec: (if $last.elapsed > 0 then $last.tokens / $last.elapsed else null end)
        };
    def validations($log):
      $log | map(select(.event == "validation") | {key: "\(.tokens)", value: .val_ppl})
      | from_entries;
    def ratio($a; $b): if $a and $b then $a / $b else null end;
    summary($baseline[0]; $baseline_log) as $b | summary($novel[0]; $novel_log) as $n
    | validations($baseline_log) as $bv | validations($novel_log) as $nv
    | ($nv | keys | map(select($bv[.])) | map(tonumber) | max) as $common
    | {
        event: "comparison", baseline: $b, novel: $n,
        relative_perplexity: ratio($n.perplexity; $b.perplexity),
        relative_bits_per_character: ratio($n.bits_per_character; $b.bits_per_character),
        relative_speed: ratio($n.tok_per_sec; $b.tok_per_sec),
        equal_tokens: (
          if $common then {
            tokens: $common, baseline_perplexity: $bv["\($common)"],
            novel_perplexity: $nv["\($common)"],
            relative_perplexity: ratio($nv["\($common)"]; $bv["\($common)"])
          } else null end)
      }'
}

# The comparison for people.
print_table() {
  jq -r '
    def row($m): [$m.version, $m.parameters, $m.steps, $m.tokens, ($m.tok_per_sec | floor),
      ($m.perplexity * 1000 | round / 1000), ($m.bits_per_character * 1000 | round / 1000)];
    ["model", "parameters", "steps", "tokens", "tok/s", "perplexity", "bits/character"],
    row(.baseline), row(.novel),
    ["relative", "", "", "", (.relative_speed * 1000 | round / 1000),
      (.relative_perplexity * 1000 | round / 1000),
      (.relative_bits_per_character * 1000 | round / 1000)]
    | @tsv' "$work/comparison.json" | print_columns
}
