#!/usr/bin/env bash
# v9.1 "Reckoning v2" from text to samples.
set -euo pipefail
# shellcheck source=tinystories.sh
source "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/tinystories.sh"

variants='sound published'
version=v9.1
piece_characters=500000
parse_options "$@"
name_paths
run_stages text tokenizer shards train evaluate sample
