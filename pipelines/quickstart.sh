#!/usr/bin/env bash
# The whole pipeline in under three minutes, without a download: writes the embedded corpus, trains a
# tokenizer and a small v5.2 on it, evaluates the model against the corpus's floor, prints a story.
set -euo pipefail
# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() {
  cat <<'TEXT'
Usage: pipelines/quickstart.sh [options] [stage…]

Stages: stories, tokenizer, shards, train, evaluate, sample. The corpus is generated, so its
information content is known: no causal model can need fewer bits per character on fresh stories.

TEXT
  common_usage
}

parse_options "$@"
work=${work:-runs/quickstart}
recipe=$pipelines/recipes/quickstart.json
stories=${FLASHLM_QUICKSTART_STORIES:-40000}
# shellcheck source=embedded.sh
source "$pipelines/embedded.sh"
run=$work/run

stage_train() {
  stage train --in "$recipe" "$work/train" "$work/valid" --out "$run/best.safetensors" -- \
    train_model "$run" "$recipe" "$work/train" "$work/valid" --tokenizer "$tokenizer" \
    --variant "$variant" ${budget[@]+"${budget[@]}"} ${settings[@]+"${settings[@]}"}
}

stage_evaluate() {
  stage evaluate --in "$run/best.safetensors" "$work/valid" --out "$work/evaluation.json" -- \
    write_to "$work/evaluation.json" \
    fl-eval ${quiet[@]+"${quiet[@]}"} "$run" --data "$work/valid"
  jq . "$work/evaluation.json"
}

stage_sample() {
  stage sample --in "$run/best.safetensors" --out "$work/story.txt" -- \
    write_to "$work/story.txt" \
    fl-sample ${quiet[@]+"${quiet[@]}"} "$run" --temp 0.7 --tokens 300 --seed 1 'Once upon a time'
  cat "$work/story.txt"
}

run_stages stories tokenizer shards train evaluate sample
