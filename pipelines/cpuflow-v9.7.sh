#!/usr/bin/env bash
# cpuflow-v9.7 "CPUFlow v9.7" from text to samples. Stages can be named to run them alone; see --help.
set -euo pipefail
# shellcheck source=paragraphs.sh
source "$(dirname "${BASH_SOURCE[0]}")/paragraphs.sh"

version=cpuflow-v9.7
parse_options "$@"
name_paths
run_stages text tokenizer shards train evaluate sample
