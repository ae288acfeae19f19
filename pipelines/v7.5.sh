#!/usr/bin/env bash
# v7.5 "CORTEX-IX" from text to samples. Stages can be named to run them alone; see --help.
set -euo pipefail
# shellcheck source=tinystories.sh
source "$(dirname "${BASH_SOURCE[0]}")/tinystories.sh"

version=v7.5
piece_characters=1000000
parse_options "$@"
name_paths
run_stages text tokenizer shards train evaluate sample
