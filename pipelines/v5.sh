#!/usr/bin/env bash
# v5 "Thunderbolt" from text to samples. Stages can be named to run them alone; see --help.
set -euo pipefail
# shellcheck source=tinystories.sh
source "$(dirname "${BASH_SOURCE[0]}")/tinystories.sh"

version=v5
variants='sound published'
parse_options "$@"
name_paths

# Both variants: 8,192 entries, every byte covered, no space put before a text.
stage_tokenizer() {
  stage tokenizer --in "$(train_text_path)" --out "$tokenizer" -- \
    fl-tokenize train ${quiet[@]+"${quiet[@]}"} --vocabulary-size 8192 --alphabet bytes \
    --no-prefix-space --output "$tokenizer" "$(train_text_path)"
}

# sound: one <eos> after each story, line feeds kept.
# published: each line by itself, stripped, with nothing between: line feeds vanish, and the
# separators between stories are text.
encode_in_pieces() {
  local text=$1 folder=$2
  shift 2
  fl-tokenize encode ${quiet[@]+"${quiet[@]}"} --tokenizer "$tokenizer" --format lines --strip \
    "$text" |
    fl-shard pack ${quiet[@]+"${quiet[@]}"} --tokenizer "$tokenizer" --output "$folder" "$@"
}

run_stages text tokenizer shards train evaluate sample
