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
tokenizer=$work/tokenizer.json
run=$work/run

# Validation stories come from another part of the same endless sequence: none is seen in training.
stage_stories() {
  stage stories-train --out "$work/train.jsonl" -- \
    write_to "$work/train.jsonl" \
    fl-shard stories ${quiet[@]+"${quiet[@]}"} --seed 1 --documents "${FLASHLM_QUICKSTART_STORIES:-40000}"
  stage stories-valid --out "$work/valid.jsonl" -- \
    write_to "$work/valid.jsonl" \
    fl-shard stories ${quiet[@]+"${quiet[@]}"} --seed 1 --first-document 1000000 --documents 500
}

stage_tokenizer() {
  stage tokenizer --in "$work/train.jsonl" --out "$tokenizer" -- \
    fl-tokenize train ${quiet[@]+"${quiet[@]}"} --vocabulary-size 2048 --alphabet bytes \
    --no-prefix-space --output "$tokenizer" "$work/train.jsonl"
}

stage_shards() {
  stage shards-train --in "$work/train.jsonl" "$tokenizer" --out "$work/train" -- \
    encode_and_pack "$tokenizer" "$work/train.jsonl" "$work/train" --end-of-text '<eos>'
  stage shards-valid --in "$work/valid.jsonl" "$tokenizer" --out "$work/valid" -- \
    encode_and_pack "$tokenizer" "$work/valid.jsonl" "$work/valid" --end-of-text '<eos>'
}

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
