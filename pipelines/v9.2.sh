#!/usr/bin/env bash
# v9.2 "CORTEX-VIII with Story Compass" from text to samples.
set -euo pipefail
# shellcheck source=tinystories.sh
source "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/tinystories.sh"

variants='sound published'
version=v9.2
piece_characters=500000
parse_options "$@"
name_paths
run_stages text tokenizer shards train evaluate sample
