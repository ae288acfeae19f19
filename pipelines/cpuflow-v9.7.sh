#!/usr/bin/env bash
# cpuflow-v9.7 "CPUFlow v9.7" from text to samples.
set -euo pipefail
# shellcheck source=paragraphs.sh
source "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/paragraphs.sh"

version=cpuflow-v9.7
parse_options "$@"
name_paths
run_stages text tokenizer shards train evaluate sample
