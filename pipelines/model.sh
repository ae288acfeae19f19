# shellcheck shell=bash
# The stages that all pipelines share once there are shards: train, evaluate, sample. Sourced by
# tinystories.sh and embedded.sh, whose scripts set what differs:
#   version           the recipe's name
#   sample_options    options of fl-sample that a recipe does not hold
#
# Variables are read by the scripts that source this file, and by lib.sh.
# shellcheck disable=SC2034,SC2154
set -euo pipefail
# shellcheck source=lib.sh
source "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/lib.sh"

sample_options=()

# Where things are, once the options are known.
name_paths() {
  work=${work:-runs/$version-$variant}
  recipe=$pipelines/recipes/$version.json
  tokenizer=$work/tokenizer.json
  run=$work/run
}

stage_train() { train_to train "$run"; }

# The published variant is measured as its script did as well, which is not comparable.
stage_evaluate() {
  evaluate_to evaluate evaluation.json "$run"
  show "$work/evaluation.json"
  [[ $variant == published ]] || return 0
  evaluate_to protocol protocol.json "$run" --protocol published
  show "$work/protocol.json"
}

stage_sample() { sample_to sample samples.txt "$run/best.safetensors" --; }

# train_to STAGE RUN [fl-train options…]: trains the variant by the recipe, on the shards.
train_to() {
  local name=$1 run=$2
  shift 2
  stage "$name" --in "$recipe" "$work/train" "$work/valid" --out "$run/best.safetensors" -- \
    train_model "$run" "$recipe" "$work/train" "$work/valid" --tokenizer "$tokenizer" \
    --variant "$variant" "${budget[@]}" "${settings[@]}" "$@"
}

# evaluate_to STAGE FILE RUN [fl-eval options…]: a run's figures on the validation shards, in $work/FILE.
evaluate_to() {
  local name=$1 file=$work/$2 run=$3
  shift 3
  stage "$name" --in "$run/best.safetensors" "$work/valid" --out "$file" -- \
    write_to "$file" tool fl-eval "$run" --data "$work/valid" "$@"
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
    write_to "$file" tool fl-sample "$run" --from-recipe --seed 1 "${sample_options[@]}" "$@"
  cat "$file"
}

# A record: a line for programs, indented for people.
show() {
  if [[ -t 1 ]]; then jq . "$1"; else cat "$1"; fi
}

# Lines of values between tabs, as columns for people.
print_columns() { awk -F '\t' '{ for (i = 1; i <= NF; i++) printf "%-15s", $i; print "" }'; }
