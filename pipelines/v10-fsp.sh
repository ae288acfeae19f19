#!/usr/bin/env bash
# v10-fsp "Future Sentence Prediction" from text to samples. Stages can be named to run them alone; see --help.
set -euo pipefail
# shellcheck source=paragraphs.sh
source "$(dirname "${BASH_SOURCE[0]}")/paragraphs.sh"

version=v10-fsp
parse_options "$@"
name_paths
run_stages text tokenizer shards train evaluate sample
