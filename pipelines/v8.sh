#!/usr/bin/env bash
# v8 "SearchLM" from text to samples.
set -euo pipefail
# shellcheck source=tinystories.sh
source "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/tinystories.sh"

version=v8
piece_characters=500000
variants='sound published'
search_options=(--search-choice draw)
parse_options "$@"
# The script bounds logits before it samples, though not in training.
[[ $variant != published ]] || sample_options=(--soft-cap 50)
name_paths
run_stages text tokenizer shards train evaluate sample search
