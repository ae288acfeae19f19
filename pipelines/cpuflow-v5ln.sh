#!/usr/bin/env bash
# cpuflow-v5ln "CPUFlow v5-LN" from text to samples.
set -euo pipefail
# shellcheck source=paragraphs.sh
source "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/paragraphs.sh"

version=cpuflow-v5ln
parse_options "$@"
name_paths
run_stages text tokenizer shards train evaluate sample
