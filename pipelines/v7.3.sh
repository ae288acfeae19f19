#!/usr/bin/env bash
# v7.3 "CORTEX-VII" from text to samples. Stages can be named to run them alone; see --help.
set -euo pipefail
# shellcheck source=tinystories.sh
source "$(dirname "${BASH_SOURCE[0]}")/tinystories.sh"

version=v7.3
variants='sound published'
piece_characters=1000000
parse_options "$@"
name_paths
run_stages text tokenizer shards train evaluate sample
