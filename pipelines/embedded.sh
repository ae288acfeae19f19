# The stages of pipelines that train on the embedded corpus: stories, tokenizer, shards. Sourced after
# lib.sh, once `work` is known and `stories`, the number of stories to train on.
# shellcheck shell=bash disable=SC2154

tokenizer=$work/tokenizer.json

# Validation stories come from another part of the same endless sequence: none is seen in training.
stage_stories() {
  stage stories-train --out "$work/train.jsonl" -- \
    write_to "$work/train.jsonl" \
    fl-shard stories ${quiet[@]+"${quiet[@]}"} --seed 1 --documents "$stories"
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
  local name
  for name in train valid; do
    stage "shards-$name" --in "$work/$name.jsonl" "$tokenizer" --out "$work/$name" -- \
      encode_and_pack "$tokenizer" "$work/$name.jsonl" "$work/$name" --end-of-text '<eos>'
  done
}
