#!/usr/bin/env bash
# v7.6 "CORTEX-X" from text to samples: the network of v7.4 on short lines.
set -euo pipefail
# shellcheck source=tinystories.sh
source "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/tinystories.sh"

version=v7.6
piece_characters=500000

# published: lines of 10 to 40 words, joined by <eos>, for training alone.
# sound:     the same lines, one <eos> after each; validation takes whole stories, as for all versions.
# repaired:  stories of 10 to 40 words, as documented, for training and for validation. TinyStories V2
#            hardly has any: one among the first 34,326.
stage_curate() {
  case $variant in
    published) curate short "$(train_text_path)" --format whole --unit line --join ' <eos> ' ;;
    sound) curate short "$(train_text_path)" --unit line ;;
    repaired)
      curate short "$(train_text_path)"
      curate short-valid "$(valid_text_path)"
      ;;
  esac
}

# curate NAME TEXT [fl-shard curate options…]: documents of 10 to 40 words, in $work/NAME.txt.
curate() {
  local name=$1 text=$2
  shift 2
  stage "curate-$name" --in "$text" --out "$work/$name.txt" -- \
    tool fl-shard curate "$@" --strip --min-words 10 --max-words 40 \
    --output-format text --output "$work/$name.txt" "$text"
}

stage_shards() {
  shards train "$work/short.txt"
  if [[ $variant == repaired ]]; then
    shards valid "$work/short-valid.txt"
  else
    shards valid "$(valid_text_path)"
  fi
}

parse_options "$@"
name_paths
run_stages text tokenizer curate shards train evaluate sample
