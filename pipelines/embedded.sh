# shellcheck shell=bash
# The stages of pipelines that train on the embedded corpus: stories, tokenizer, shards. Sourced by
# their scripts, which set
#   stories   the number of stories to train on
# and the variables of model.sh.
#
# Variables are read by the scripts that source this file, and by lib.sh.
# shellcheck disable=SC2034,SC2154
set -euo pipefail
# shellcheck source=model.sh
source "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/model.sh"

options='work variant minutes steps tokens set threads'

# Validation stories come from another part of the same endless sequence: none is seen in training.
stage_stories() {
  stage stories-train --out "$work/train.jsonl" -- \
    write_to "$work/train.jsonl" \
    tool fl-shard stories --seed 1 --documents "$stories"
  stage stories-valid --out "$work/valid.jsonl" -- \
    write_to "$work/valid.jsonl" \
    tool fl-shard stories --seed 1 --first-document 1000000 --documents 500
}

stage_tokenizer() {
  stage tokenizer --in "$work/train.jsonl" --out "$tokenizer" -- \
    tool fl-tokenize train --vocabulary-size 2048 --alphabet bytes --no-prefix-space \
    --output "$tokenizer" "$work/train.jsonl"
}

stage_shards() {
  local name
  for name in train valid; do
    stage "shards-$name" --in "$work/$name.jsonl" "$tokenizer" --out "$work/$name" -- \
      encode_and_pack "$tokenizer" "$work/$name.jsonl" "$work/$name" --end-of-text '<eos>'
  done
}
