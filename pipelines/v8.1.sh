#!/usr/bin/env bash
# v8.1 "SearchLM on CORTEX-VIII" from text to samples. Stages can be named to run them alone; see --help.
set -euo pipefail
# shellcheck source=tinystories.sh
source "$(dirname "${BASH_SOURCE[0]}")/tinystories.sh"

version=v8.1
piece_characters=500000
search_options=(--search-repetition-penalty 0.5)
parse_options "$@"
name_paths
run_stages text tokenizer shards train evaluate sample search
