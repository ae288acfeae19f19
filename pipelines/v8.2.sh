#!/usr/bin/env bash
# v8.2 "CORTEX-VIII with lookahead heads" from text to samples.
set -euo pipefail
# shellcheck source=tinystories.sh
source "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/tinystories.sh"

version=v8.2
piece_characters=500000
first_tokens=20000000
parse_options "$@"
name_paths
run_stages text tokenizer shards train evaluate sample
