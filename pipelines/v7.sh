#!/usr/bin/env bash
# v7 "CORTEX" from text to samples.
set -euo pipefail
# shellcheck source=tinystories.sh
source "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/tinystories.sh"

version=v7
variants='sound published'
piece_characters=1000000
parse_options "$@"
name_paths
run_stages text tokenizer shards train evaluate sample
