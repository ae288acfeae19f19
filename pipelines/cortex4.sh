#!/usr/bin/env bash
# cortex4 "CORTEX-IV" against its baseline, from text to samples. See --help.
set -euo pipefail
# shellcheck source=experiment.sh
source "$(dirname "${BASH_SOURCE[0]}")/experiment.sh"

version=cortex4
parse_options "$@"
name_paths
run_stages text tokenizer shards baseline train evaluate compare sample
