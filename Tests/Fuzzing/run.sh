#!/usr/bin/env bash
# Fuzzes the readers with coverage guidance (libFuzzer) under the address sanitizer.
#
#   Tests/Fuzzing/run.sh                        a million inputs for each reader
#   Tests/Fuzzing/run.sh --runs 100000 tokenizer npy
#
# As many readers at a time as there are cores, or as JOBS says.
#
# What is learned stays in .build-fuzz/corpus/READER, so that a later run goes on from there. A case
# that crashes, hangs (10 s), takes more than 2 GiB in all or 256 MiB at once is written to
# .build-fuzz/found/READER-…: mend the reader and put the case into
# Tests/FlashSharedTests/HostileInput/Found/READER, where the tests feed it from then on.
set -euo pipefail
cd "$(dirname "$0")/../.."

build=${FUZZ_BUILD:-.build-fuzz}
runs=1000000
case ${1:-} in
  --runs) runs=$2 && shift 2 ;;
  -h | --help) sed -n '2,/^set/p' "$0" | grep '^#' | cut -c 3- && exit 0 ;;
esac

FLASHLM_FUZZ=1 swift build -c release --product fuzz --scratch-path "$build" \
  -Xswiftc -enable-testing -Xswiftc -sanitize=fuzzer,address >&2
fuzz=$build/release/fuzz
mkdir -p "$build/corpus" "$build/found"
"$fuzz" --seeds "$build/corpus"

readers=("$@")
((${#readers[@]} > 0)) || mapfile -t readers < <(ls "$build/corpus")
fuzz_reader() {
  local reader=$1 found=Tests/FlashSharedTests/HostileInput/Found/$1 status=0
  local folders=("$build/corpus/$reader")
  [[ ! -d $found ]] || folders+=("$found")
  echo "== $reader: $runs inputs" >&2
  "$fuzz" "$reader" "${folders[@]}" -runs="$runs" -max_len=16384 -timeout=10 -rss_limit_mb=2048 \
    -malloc_limit_mb=256 -print_final_stats=1 -verbosity=1 \
    -artifact_prefix="$build/found/$reader-" >"$build/$reader.log" 2>&1 || status=1
  grep -E '^stat::(number_of_executed_units|average_exec|peak_rss)|ERROR|SUMMARY|Fatal' \
    "$build/$reader.log" | sed "s/^/$reader: /"
  return "$status"
}

failed=0
for reader in "${readers[@]}"; do
  while (($(jobs -rp | wc -l) >= ${JOBS:-$(nproc)})); do wait -n || failed=1; done
  fuzz_reader "$reader" &
done
while (($(jobs -p | wc -l) > 0)); do wait -n || failed=1; done
exit "$failed"
