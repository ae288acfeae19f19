#!/usr/bin/env bash
# v5.2 "Nova-Ignition" from text to samples.
set -euo pipefail
# shellcheck source=validation-text.sh
source "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/validation-text.sh"

version=v5.2
published_tokens=20000000
published_fraction=0.05
sample_options=(--tokens 200)
parse_options "$@"
name_paths
run_stages text tokenizer shards train evaluate sample
