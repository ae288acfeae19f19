#!/usr/bin/env bash
# v5.2 "Nova-Ignition" from text to samples. See usage below; stages can be named to run them alone.
set -euo pipefail
# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() {
  cat <<'TEXT'
Usage: pipelines/v5.2.sh [options] [stage…]

The whole recipe of v5.2: text, tokenizer, shards, train, evaluate, sample. A stage whose inputs
have not changed is not run again; an interrupted one goes on where it was.

TEXT
  common_usage
}

parse_options "$@"
work=${work:-runs/v5.2-$variant}
recipe=$pipelines/recipes/v5.2.json
tokenizer=$work/tokenizer.json
run=$work/run

# sound: a tokenizer that covers every byte, trained on the train text.
# published: trained on the validation text, the only one that the script used.
stage_tokenizer() {
  if [[ $variant == sound ]]; then
    stage tokenizer --in "$(train_text_path)" --out "$tokenizer" -- \
      fl-tokenize train ${quiet[@]+"${quiet[@]}"} --vocabulary-size 4096 --alphabet bytes \
      --no-prefix-space --output "$tokenizer" "$(train_text_path)"
  else
    stage tokenizer --in "$(valid_text_path)" --out "$tokenizer" -- \
      fl-tokenize train ${quiet[@]+"${quiet[@]}"} --vocabulary-size 4096 --alphabet seen \
      --prefix-space --output "$tokenizer" --format lines "$(valid_text_path)"
  fi
}

# sound: one <eos> after each story.
# published: chunks between blank lines, separators as text; the first 95 % of the stream trains.
stage_shards() {
  if [[ $variant == sound ]]; then
    stage shards-train --in "$(train_text_path)" "$tokenizer" --out "$work/train" -- \
      encode_and_pack "$tokenizer" "$(train_text_path)" "$work/train" --end-of-text '<eos>'
    stage shards-valid --in "$(valid_text_path)" "$tokenizer" --out "$work/valid" -- \
      encode_and_pack "$tokenizer" "$(valid_text_path)" "$work/valid" --end-of-text '<eos>'
  else
    stage shards --in "$(valid_text_path)" "$tokenizer" --out "$work/train" "$work/valid" -- \
      pack_validation_text 20000000 0.05
  fi
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
  cat "$work/evaluation.json"
  [[ $variant == published ]] || return 0
  stage protocol --in "$run/best.safetensors" "$work/valid" --out "$work/protocol.json" -- \
    write_to "$work/protocol.json" \
    fl-eval ${quiet[@]+"${quiet[@]}"} "$run" --data "$work/valid" --protocol published
  cat "$work/protocol.json"
}

stage_sample() {
  stage sample --in "$run/best.safetensors" --out "$work/samples.txt" -- \
    write_to "$work/samples.txt" \
    fl-sample ${quiet[@]+"${quiet[@]}"} "$run" --temp 0.7 --top-k 40 --tokens 200 --seed 1 \
    'Once upon a time' 'The little dog' 'A magical forest'
  cat "$work/samples.txt"
}

run_stages text tokenizer shards train evaluate sample
