#!/usr/bin/env bash
# v7.5 "CORTEX-IX" from text to samples.
set -euo pipefail
# shellcheck source=tinystories.sh
source "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/tinystories.sh"

version=v7.5
piece_characters=1000000
parse_options "$@"
name_paths
run_stages text tokenizer shards train evaluate sample
