#!/usr/bin/env bash
# v8.1 "SearchLM on CORTEX-VIII" from text to samples.
set -euo pipefail
# shellcheck source=tinystories.sh
source "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/tinystories.sh"

version=v8.1
piece_characters=500000
search_options=(--search-repetition-penalty 0.5)
parse_options "$@"
name_paths
run_stages text tokenizer shards train evaluate sample search
