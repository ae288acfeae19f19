#!/usr/bin/env bash
# v7.6 "CORTEX-X" from text to samples: the network of v7.4 on short stories. Stages can be named to
# run them alone; see --help.
set -euo pipefail
# shellcheck source=tinystories.sh
source "$(dirname "${BASH_SOURCE[0]}")/tinystories.sh"

version=v7.6
piece_characters=500000

# sound and repaired: stories of 10 to 40 words, for training and for validation.
# published: lines of 10 to 40 words, joined by <eos>, for training alone.
stage_curate() {
  if [[ $variant == published ]]; then
    stage curate-train --in "$(train_text_path)" --out "$work/short.txt" -- \
      fl-shard curate ${quiet[@]+"${quiet[@]}"} --format whole --unit line --strip \
      --min-words 10 --max-words 40 --output-format text --join ' <eos> ' \
      --output "$work/short.txt" "$(train_text_path)"
  else
    curate_stories train "$(train_text_path)"
    curate_stories valid "$(valid_text_path)"
  fi
}

# curate_stories NAME TEXT
curate_stories() {
  stage "curate-$1" --in "$2" --out "$work/short-$1.txt" -- \
    fl-shard curate ${quiet[@]+"${quiet[@]}"} --strip --min-words 10 --max-words 40 \
    --output-format text --output "$work/short-$1.txt" "$2"
}

stage_shards() {
  if [[ $variant == published ]]; then
    shards train "$work/short.txt"
    shards valid "$(valid_text_path)"
  else
    shards train "$work/short-train.txt"
    shards valid "$work/short-valid.txt"
  fi
}

parse_options "$@"
name_paths
run_stages text tokenizer curate shards train evaluate sample
