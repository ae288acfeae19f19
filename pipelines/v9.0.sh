#!/usr/bin/env bash
# v9.0 "Reckoning" from text to samples. Stages can be named to run them alone; see --help.
set -euo pipefail
# shellcheck source=tinystories.sh
source "$(dirname "${BASH_SOURCE[0]}")/tinystories.sh"

variants='sound published'
version=v9.0
piece_characters=500000
parse_options "$@"
# The script used no more of the train text.
[[ $variant == sound ]] || first_tokens=5000000
name_paths
run_stages text tokenizer shards train evaluate sample
