# shellcheck shell=bash
# The stages of pipelines that train on TinyStories V2: its text, tokenizer, shards, and what can be done
# with a model besides. Sourced by their scripts, which set what differs:
#   piece_characters  published: after how many characters the script cut the text for encoding
#   minimum_frequency published: how often a pair occurs at least that the tokenizer merges
#   first_tokens      how much of the train text is used; empty for all of it
#   search_options    those of the stage search, for versions with a value head
# and the variables of model.sh.
#
# Variables are read by the scripts that source this file, and by lib.sh.
# shellcheck disable=SC2034,SC2154
set -euo pipefail
# shellcheck source=model.sh
source "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/model.sh"

variants='sound published repaired'
first_tokens='' minimum_frequency=2 search_options=()

stage_tokenizer() { train_tokenizer "$(train_text_path)"; }

# train_tokenizer TEXT: 4,096 entries.
# sound and repaired: a tokenizer that covers every byte, trained on stories.
# published: only the bytes that occur, trained on lines with a space put before them.
train_tokenizer() {
  if [[ $variant == published ]]; then
    stage tokenizer --in "$1" --out "$tokenizer" -- \
      tool fl-tokenize train --vocabulary-size 4096 --alphabet seen --prefix-space \
      --minimum-frequency "$minimum_frequency" --output "$tokenizer" --format lines "$1"
  else
    stage tokenizer --in "$1" --out "$tokenizer" -- \
      tool fl-tokenize train --vocabulary-size 4096 --alphabet bytes --no-prefix-space \
      --output "$tokenizer" "$1"
  fi
}

# sound and repaired: one <eos> after each story.
# published: one stream, encoded in pieces, the separators between stories as text.
stage_shards() {
  local limit=()
  [[ -z $first_tokens ]] || limit=(--first-tokens "$first_tokens")
  shards train "$(train_text_path)" "${limit[@]}"
  shards valid "$(valid_text_path)"
}

# shards NAME TEXT [fl-shard pack options…]
shards() {
  local name=$1 text=$2
  shift 2
  if [[ $variant == published ]]; then
    stage "shards-$name" --in "$text" "$tokenizer" --out "$work/$name" -- \
      encode_in_pieces "$text" "$work/$name" "$@"
  else
    stage "shards-$name" --in "$text" "$tokenizer" --out "$work/$name" -- \
      encode_and_pack "$tokenizer" "$text" "$work/$name" --end-of-text '<eos>' "$@"
  fi
}

# encode_in_pieces TEXT FOLDER [fl-shard pack options…]
encode_in_pieces() {
  local text=$1 folder=$2
  shift 2
  until_enough tool fl-tokenize encode --tokenizer "$tokenizer" --format whole \
    --piece-characters "$piece_characters" "$text" |
    tool fl-shard pack --tokenizer "$tokenizer" --output "$folder" "$@"
}

# The same prompts, each token chosen by looking ahead with the value head.
stage_search() {
  sample_to search search.txt "$run/best.safetensors" -- --search "${search_options[@]}"
}

# The n-grams of the whole train text, also where only its first tokens are trained on.
stage_ngrams() {
  local set=$work/train
  if [[ -n $first_tokens ]]; then
    set=$work/train-whole
    shards train-whole "$(train_text_path)"
  fi
  stage ngrams --in "$set" --out "$work/ngrams" -- \
    tool fl-shard index "$set" --output "$work/ngrams"
}

# The same prompts with n-grams mixed in; published: as the script blends them.
stage_retrieval() {
  local blend=(--ngram-weight 0.3)
  [[ $variant != published ]] ||
    blend+=(--ngram-blend geometric --temp 0.8 --top-p 0.9 --frequency-penalty 0)
  sample_to retrieval retrieval.txt "$run/best.safetensors" "$work/ngrams" -- --ngrams "$work/ngrams" \
    "${blend[@]}"
}
