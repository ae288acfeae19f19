#!/usr/bin/env bash
# Encodes and packs many files at a time with GNU parallel, and merges the sets:
#
#   pipelines/examples/parallel.sh TOKENIZER OUTPUT END-OF-TEXT FILE…
#
# One file, one job, one thread; as many jobs as there are cores. The shards are those of a single
# run over all files; the parts are in OUTPUT.parts until they are merged. On several machines that share a disk, give parallel a list of them:
# PARALLEL='--sshlogin host1,host2'. A job that fails ends the others; run the same command again.
set -euo pipefail
# shellcheck source=../lib.sh
source "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/../lib.sh"

read_options -- "$@"
if [[ -n $help ]]; then
  header
  exit 0
fi
# shellcheck disable=SC2154
((${#words[@]} >= 4)) || die 'usage: parallel.sh TOKENIZER OUTPUT END-OF-TEXT FILE…'
check_tools
command -v parallel >/dev/null ||
  fail 69 "GNU parallel is missing; install it with 'apt-get install parallel'"
files=()
for file in "${words[@]:3}"; do
  check_file file "$file"
  files+=("$(plain_path "$file")")
done
tokenizer=$(plain_path "${words[0]}")
output=$(plain_path "${words[1]}")
parts=${output%/}.parts
end=${words[2]}
export PATH tokenizer parts end

# A part that is there was finished by an earlier run with the same tokenizer and file.
pack_file() {
  local file=$1 part=$parts/$2
  [[ ! $part/manifest.json -nt $file || ! $part/manifest.json -nt $tokenizer ]] || return 0
  set -o pipefail
  fl-tokenize encode --quiet --threads 1 --tokenizer "$tokenizer" "$file" |
    fl-shard pack --quiet --tokenizer "$tokenizer" --end-of-text "$end" --output "$part" >/dev/null
}
export -f pack_file

mkdir -p "$parts"
# shellcheck disable=SC2016  # parallel expands it
SHELL=$(command -v bash) parallel --will-cite --halt now,fail=1 \
  pack_file {} '{= $_ = sprintf("%06d", seq()) =}' ::: "${files[@]}"
mapfile -t numbers < <(seq -f %06g "${#files[@]}")
fl-shard merge --quiet "${numbers[@]/#/"$parts/"}" --output "$output" >/dev/null
rm -rf "$parts"
