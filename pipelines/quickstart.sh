#!/usr/bin/env bash
# The whole pipeline in under three minutes, without a download: writes the embedded corpus, trains a
# tokenizer and a small v5.2 on it, evaluates the model against the corpus's floor, prints a story.
#
# The corpus is generated, so its information content is known: no causal model can need fewer bits per
# character on fresh stories.
set -euo pipefail
# shellcheck source=embedded.sh
source "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/embedded.sh"

version=quickstart
stories=${FLASHLM_QUICKSTART_STORIES:-40000}
sample_options=(--temp 0.7 --tokens 300 'Once upon a time')
parse_options "$@"
work=${work:-runs/quickstart}
name_paths
run_stages stories tokenizer shards train evaluate sample
