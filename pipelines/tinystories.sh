# shellcheck shell=bash
# The stages that v7.4 to v9.2 share: TinyStories V2 in, samples out. Sourced by their scripts, which
# set what differs:
#   version           the recipe's name
#   piece_characters  published: after how many characters the script cut the text for encoding
#   minimum_frequency published: how often a pair occurs at least that the tokenizer merges
#   first_tokens      how much of the train text is used; empty for all of it
#   sample_options    options of fl-sample that a recipe does not hold
#   search_options    those of the stage search, for versions with a value head
#
# Options are read by the scripts that source this file, and by lib.sh.
# shellcheck disable=SC2034,SC2154
set -euo pipefail
# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

variants='sound published repaired'
first_tokens='' minimum_frequency=2 sample_options=() search_options=()

usage() {
  cat <<TEXT
Usage: pipelines/${0##*/} [options] [stage…]

The whole recipe of ${0##*/}: text, tokenizer, shards, train, evaluate, sample. A stage whose inputs
have not changed is not run again; an interrupted one goes on where it was.

TEXT
  common_usage
}

# Where things are, once the options are known.
name_paths() {
  work=${work:-runs/$version-$variant}
  recipe=$pipelines/recipes/$version.json
  tokenizer=$work/tokenizer.json
  run=$work/run
}

# sound and repaired: a tokenizer that covers every byte, trained on stories.
# published: only the bytes that occur, trained on lines with a space put before them.
stage_tokenizer() {
  if [[ $variant == published ]]; then
    stage tokenizer --in "$(train_text_path)" --out "$tokenizer" -- \
      fl-tokenize train ${quiet[@]+"${quiet[@]}"} --vocabulary-size 4096 --alphabet seen \
      --minimum-frequency "$minimum_frequency" --prefix-space --output "$tokenizer" \
      --format lines "$(train_text_path)"
  else
    stage tokenizer --in "$(train_text_path)" --out "$tokenizer" -- \
      fl-tokenize train ${quiet[@]+"${quiet[@]}"} --vocabulary-size 4096 --alphabet bytes \
      --no-prefix-space --output "$tokenizer" "$(train_text_path)"
  fi
}

# sound and repaired: one <eos> after each story.
# published: one stream, encoded in pieces, the separators between stories as text.
stage_shards() {
  local limit=()
  [[ -z $first_tokens ]] || limit=(--first-tokens "$first_tokens")
  shards train "$(train_text_path)" ${limit[@]+"${limit[@]}"}
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
  until_enough fl-tokenize encode ${quiet[@]+"${quiet[@]}"} --tokenizer "$tokenizer" --format whole \
    --piece-characters "$piece_characters" "$text" |
    fl-shard pack ${quiet[@]+"${quiet[@]}"} --tokenizer "$tokenizer" --output "$folder" "$@"
}

stage_train() {
  stage train --in "$recipe" "$work/train" "$work/valid" --out "$run/best.safetensors" -- \
    train_model "$run" "$recipe" "$work/train" "$work/valid" --tokenizer "$tokenizer" \
    --variant "$variant" ${budget[@]+"${budget[@]}"} ${settings[@]+"${settings[@]}"}
}

# The published variant is measured as its script did as well, which is not comparable.
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

stage_sample() { sample_to sample samples.txt "$run/best.safetensors" --; }

# The same prompts, each token chosen by looking ahead with the value head.
stage_search() {
  sample_to search search.txt "$run/best.safetensors" -- --search \
    ${search_options[@]+"${search_options[@]}"}
}

# The n-grams of the whole train text, also where only its first tokens are trained on.
stage_ngrams() {
  local set=$work/train
  if [[ -n $first_tokens ]]; then
    set=$work/train-whole
    shards train-whole "$(train_text_path)"
  fi
  index_ngrams "$set" "$work/ngrams"
}

# The same prompts with n-grams mixed in; published: as the script blends them.
stage_retrieval() {
  local blend=(--ngram-weight 0.3)
  [[ $variant != published ]] ||
    blend+=(--ngram-blend geometric --temp 0.8 --top-p 0.9 --frequency-penalty 0)
  sample_to retrieval retrieval.txt "$run/best.safetensors" "$work/ngrams" -- --ngrams "$work/ngrams" \
    "${blend[@]}"
}

# sample_to STAGE FILE INPUT… -- [fl-sample options…]: the recipe's prompts, continued in $work/FILE.
sample_to() {
  local name=$1 file=$work/$2 inputs=()
  shift 2
  while [[ $1 != -- ]]; do
    inputs+=("$1")
    shift
  done
  shift
  stage "$name" --in "${inputs[@]}" --out "$file" -- \
    write_to "$file" \
    fl-sample ${quiet[@]+"${quiet[@]}"} "$run" --from-recipe --seed 1 \
    ${sample_options[@]+"${sample_options[@]}"} "$@"
  cat "$file"
}

# Lines of values between tabs, as columns for people.
print_columns() { awk -F '\t' '{ for (i = 1; i <= NF; i++) printf "%-15s", $i; print "" }'; }
