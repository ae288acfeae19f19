#!/usr/bin/env bash
# cortex4 "CORTEX-IV" against its baseline, from text to samples.
#
# The baseline is v7.1 at kernel size 15 with the same recipe and the same budget. For equal tokens
# instead of equal minutes, give --tokens.
set -euo pipefail
# shellcheck source=experiment.sh
source "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/experiment.sh"

version=cortex4
parse_options "$@"
name_paths
run_stages text tokenizer shards baseline train evaluate compare sample
