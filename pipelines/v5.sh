#!/usr/bin/env bash
# v5 "Thunderbolt" from text to samples.
set -euo pipefail
# shellcheck source=tinystories.sh
source "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/tinystories.sh"

version=v5
variants='sound published'
parse_options "$@"
name_paths

# Both variants: 8,192 entries, every byte covered, no space put before a text.
stage_tokenizer() {
  stage tokenizer --in "$(train_text_path)" --out "$tokenizer" -- \
    tool fl-tokenize train --vocabulary-size 8192 --alphabet bytes --no-prefix-space \
    --output "$tokenizer" "$(train_text_path)"
}

# sound: one <eos> after each story, line feeds kept.
# published: each line by itself, stripped, with nothing between: line feeds vanish, and the
# separators between stories are text.
encode_in_pieces() {
  local text=$1 folder=$2
  shift 2
  tool fl-tokenize encode --tokenizer "$tokenizer" --format lines --strip "$text" |
    tool fl-shard pack --tokenizer "$tokenizer" --output "$folder" "$@"
}

run_stages text tokenizer shards train evaluate sample
