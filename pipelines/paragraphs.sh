# shellcheck shell=bash
# The stages of v10-fsp and the CPUFlow line: those of tinystories.sh, but that the published variant
# encodes paragraph by paragraph. Sourced by their scripts, which set the version.
#
# Variables are read by the scripts that source this file, and by tinystories.sh.
# shellcheck disable=SC2034,SC2154
set -euo pipefail
# shellcheck source=tinystories.sh
source "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/tinystories.sh"

variants='sound published'
minimum_frequency=3

# As in tinystories.sh, but the published script permuted the train tokens in chunks of a window.
stage_shards() {
  local order=()
  [[ $variant != published ]] || order=(--permute-chunks 256 --permutation-seed 42)
  shards train "$(train_text_path)" "${order[@]}"
  shards valid "$(valid_text_path)"
}

# encode_in_pieces TEXT FOLDER [fl-shard pack options…]: one <eos> after each paragraph, none of the
# short ones.
encode_in_pieces() {
  local text=$1 folder=$2
  shift 2
  tool fl-shard curate --unit line --strip --min-characters 20 "$text" |
    tool fl-tokenize encode --tokenizer "$tokenizer" --format jsonl - |
    tool fl-shard pack --tokenizer "$tokenizer" --output "$folder" \
      --end-of-text '<eos>' "$@"
}
