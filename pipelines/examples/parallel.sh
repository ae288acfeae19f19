#!/usr/bin/env bash
# Encodes and packs many files at a time with GNU parallel, and merges the sets:
#
#   pipelines/examples/parallel.sh TOKENIZER OUTPUT END-OF-TEXT FILE…
#
# One file, one job, one thread; as many jobs as there are cores. The shards are those of a single
# run over all files. On several machines that share a disk, give parallel a list of them:
# PARALLEL='--sshlogin host1,host2'. A job that fails ends the others; run the same command again.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
if [[ -n ${FLASHLM_BIN:-} ]]; then
  PATH=$FLASHLM_BIN:$PATH
elif [[ -x $here/../../.build/release/fl-shard ]]; then
  PATH=$(cd "$here/../../.build/release" && pwd):$PATH
fi
if (($# < 4)); then
  echo "usage: ${0##*/} TOKENIZER OUTPUT END-OF-TEXT FILE…" >&2
  exit 64
fi
command -v parallel >/dev/null || {
  echo "${0##*/}: GNU parallel is missing; install it with 'apt-get install parallel'" >&2
  exit 69
}
export PATH tokenizer=$1 output=$2 end=$3
shift 3

# A part that is there was finished by an earlier run with the same tokenizer and file.
pack_file() {
  local file=$1 part=$output/parts/$2
  [[ ! $part/manifest.json -nt $file || ! $part/manifest.json -nt $tokenizer ]] || return 0
  set -o pipefail
  fl-tokenize encode --quiet --threads 1 --tokenizer "$tokenizer" "$file" |
    fl-shard pack --quiet --tokenizer "$tokenizer" --end-of-text "$end" --output "$part" >/dev/null
}
export -f pack_file

mkdir -p "$output/parts"
# shellcheck disable=SC2016  # parallel expands it
SHELL=$(command -v bash) parallel --will-cite --halt now,fail=1 \
  pack_file {} '{= $_ = sprintf("%06d", seq()) =}' ::: "$@"
mapfile -t parts < <(seq -f "$output/parts/%06g" $#)
fl-shard merge --quiet "${parts[@]}" --output "$output" >/dev/null
rm -rf "$output/parts"
