#!/usr/bin/env bash
# v4 "Bolt" from text to samples.
#
# The tokenizer is GPT-2's, capped to the 9,996 ids that are most frequent in the first 50,000
# stories. GPT-2's merges are an input: GPT2_VOCABULARY and GPT2_MERGES name its vocab.json and
# merges.txt. SIZE=large trains the larger of the two published configurations.
set -euo pipefail
# shellcheck source=tinystories.sh
source "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/tinystories.sh"

version=v4
[[ ${SIZE:-small} != large ]] || version=v4-large
variants='sound published'
parse_options "$@"
name_paths

stage_tokenizer() {
  [[ -n ${GPT2_VOCABULARY:-} && -n ${GPT2_MERGES:-} ]] ||
    die "v4's tokenizer is made from GPT-2's: set GPT2_VOCABULARY and GPT2_MERGES to its vocab.json and merges.txt"
  check_file GPT2_VOCABULARY "$GPT2_VOCABULARY"
  check_file GPT2_MERGES "$GPT2_MERGES"
  stage tokenizer --in "$(train_text_path)" "$GPT2_VOCABULARY" "$GPT2_MERGES" --out "$tokenizer" -- \
    tool fl-tokenize cap --vocabulary "$GPT2_VOCABULARY" --merges "$GPT2_MERGES" \
    --documents 50000 --output "$tokenizer" "$(train_text_path)"
}

# Both variants: one <eos> after each story.
stage_shards() {
  local name text
  for name in train valid; do
    text=$("${name}_text_path")
    stage "shards-$name" --in "$text" "$tokenizer" --out "$work/$name" -- \
      encode_and_pack "$tokenizer" "$text" "$work/$name" --end-of-text '<eos>'
  done
}

run_stages text tokenizer shards train evaluate sample
