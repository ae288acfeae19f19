#!/usr/bin/env bash
# v10-fsp "Future Sentence Prediction" from text to samples.
set -euo pipefail
# shellcheck source=paragraphs.sh
source "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/paragraphs.sh"

version=v10-fsp
parse_options "$@"
name_paths
run_stages text tokenizer shards train evaluate sample
