#!/usr/bin/env bash
# v9.0 "Reckoning" from text to samples.
set -euo pipefail
# shellcheck source=tinystories.sh
source "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/tinystories.sh"

variants='sound published'
version=v9.0
piece_characters=500000
parse_options "$@"
# The script used no more of the train text.
[[ $variant == sound ]] || first_tokens=5000000
name_paths
run_stages text tokenizer shards train evaluate sample
