# shellcheck shell=bash
# The stages of v5.2 and v6: those of tinystories.sh, but that the published variant makes everything
# from the validation text, the only one that their scripts used. Sourced by their scripts, which set
#   published_tokens     how many of its tokens are used at most
#   published_fraction   the last part of them, which validates
# and the version.
#
# Variables are read by the scripts that source this file, and by tinystories.sh.
# shellcheck disable=SC2034,SC2154
set -euo pipefail
# shellcheck source=tinystories.sh
source "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/tinystories.sh"

variants='sound published'

# tinystories.sh's, on the validation text.
stage_tokenizer() {
  case $variant in
    sound) train_tokenizer "$(train_text_path)" ;;
    published) train_tokenizer "$(valid_text_path)" ;;
  esac
}

# sound: the train text trains and the validation text validates, one <eos> after each story.
# published: chunks between blank lines of the validation text, separators as text, in one stream.
stage_shards() {
  case $variant in
    sound)
      shards train "$(train_text_path)"
      shards valid "$(valid_text_path)"
      ;;
    published)
      stage shards --in "$(valid_text_path)" "$tokenizer" --out "$work/train" "$work/valid" -- \
        pack_validation_text
      ;;
  esac
}

pack_validation_text() {
  until_enough tool fl-shard curate --format text --separator '' --strip --min-characters 51 \
    "$(valid_text_path)" |
    until_enough tool fl-tokenize encode --tokenizer "$tokenizer" --format jsonl - |
    tool fl-shard pack --tokenizer "$tokenizer" --end-of-text '<eos>' \
      --first-tokens "$published_tokens" --output "$work/train" --validation "$work/valid" \
      --validation-fraction "$published_fraction" --split-by tokens
}
