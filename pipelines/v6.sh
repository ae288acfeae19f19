#!/usr/bin/env bash
# v6 "SUPERNOVA" from text to samples.
set -euo pipefail
# shellcheck source=validation-text.sh
source "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/validation-text.sh"

version=v6
published_tokens=5000000
published_fraction=0.1
parse_options "$@"
name_paths
run_stages text tokenizer shards train evaluate sample
