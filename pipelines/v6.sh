#!/usr/bin/env bash
# v6 "SUPERNOVA" from text to samples. Stages can be named to run them alone; see --help.
set -euo pipefail
# shellcheck source=tinystories.sh
source "$(dirname "${BASH_SOURCE[0]}")/tinystories.sh"

version=v6
variants='sound published'
parse_options "$@"
name_paths

# sound: trained on the train text, one <eos> after each story, as the other versions are.
# published: everything from the validation text: the tokenizer, chunks between blank lines with
# separators as text, at most 5,000,000 tokens, whose first 90 % train.
if [[ $variant == published ]]; then
  stage_tokenizer() {
    stage tokenizer --in "$(valid_text_path)" --out "$tokenizer" -- \
      fl-tokenize train ${quiet[@]+"${quiet[@]}"} --vocabulary-size 4096 --alphabet seen \
      --prefix-space --output "$tokenizer" --format lines "$(valid_text_path)"
  }

  stage_shards() {
    stage shards --in "$(valid_text_path)" "$tokenizer" --out "$work/train" "$work/valid" -- \
      pack_validation_text 5000000 0.1
  }
fi

run_stages text tokenizer shards train evaluate sample
