#!/usr/bin/env bash
# Every version's pipeline with an equal budget, both variants and the embedded corpus, and the report
# over all of them: see usage below. What is finished is skipped, so the same command goes on where it
# was stopped.
set -euo pipefail
# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# Every recipe of a version that has a pipeline, in the order in which the versions appeared.
mapfile -t all_versions < <(
  jq -r 'select(.published) | [.published.place, .version] | @tsv' "$pipelines"/recipes/*.json |
    sort -n | cut -f 2 | while read -r name; do
    [[ ! -x $pipelines/$name.sh ]] || echo "$name"
  done
)

usage() {
  cat <<TEXT
Usage: pipelines/all.sh [options] [version…]

Runs the pipeline of each version (default: all) in both variants, one after the other, measures what
the runs gain from seeing later tokens and what their samples are like, runs the sound variant once
more on the embedded corpus, whose floor is known, and writes report.jsonl, report.md and report.html.
What is finished is not run again; a version that fails is named at the end, and the others are run
all the same. v4 needs GPT2_VOCABULARY and GPT2_MERGES (see pipelines/v4.sh) and is left out without
them.

  --work FOLDER           where everything is written (default: runs/all); each run in
                          FOLDER/<version>-<variant> or FOLDER/<version>-embedded
  --minutes N             of training for each sound variant (default: 3)
  --published-minutes N   for each published one (default: 1)
  --embedded-minutes N    for each sound one on the embedded corpus (default: 1)
  --steps N | --tokens N  instead of minutes, for all
  --only KIND             sound, published or embedded alone
  --windows N             windows scored twice for the size of a leak (default: 32)
  --set PATH=VALUE        replace a member of every recipe; may be given several times
  --threads N             worker threads (default: one for each core)
  --train-text FILE       TinyStories V2 train text, instead of downloading it
  --valid-text FILE       TinyStories V2 validation text, likewise
  -q, --quiet             no progress bars

Versions: ${all_versions[*]}
TEXT
}

work=runs/all minutes=3 published_minutes=1 embedded_minutes=1 count_budget=() windows=32
kinds='sound published embedded'
pass=() quiet=() threads='' train_text='' valid_text='' versions=()
command_line="pipelines/all.sh $*"
while (($# > 0)); do
  case $1 in
    -h | --help) usage && exit 0 ;;
    -q | --quiet) quiet=(--quiet) && pass+=(--quiet) && shift && continue ;;
    -*) (($# > 1)) || die "$1 needs a value" ;;
  esac
  case $1 in
    --work) work=$2 && shift ;;
    --minutes) minutes=$2 && shift ;;
    --published-minutes) published_minutes=$2 && shift ;;
    --embedded-minutes) embedded_minutes=$2 && shift ;;
    --steps | --tokens) count_budget=("$1" "$2") && shift ;;
    --only) kinds=$2 && shift ;;
    --windows) windows=$2 && shift ;;
    --threads) threads=$2 && pass+=("$1" "$2") && shift ;;
    --train-text) train_text=$2 && pass+=("$1" "$2") && shift ;;
    --valid-text) valid_text=$2 && pass+=("$1" "$2") && shift ;;
    --set) pass+=("$1" "$2") && shift ;;
    -*) die "unknown option $1; see --help" ;;
    *)
      [[ " ${all_versions[*]} " == *" $1 "* ]] || die "no version $1; there are: ${all_versions[*]}"
      versions+=("$1")
      ;;
  esac
  shift
done
[[ " sound published embedded | sound | published | embedded |" == *" $kinds "* ]] ||
  die "--only is sound, published or embedded; not $kinds"
command -v fl-train >/dev/null ||
  die "fl-train is not there; run 'make' first, or set FLASHLM_BIN to the tools' folder"
if ((${#versions[@]} == 0)); then
  versions=("${all_versions[@]}")
  if [[ -z ${GPT2_VOCABULARY:-} || -z ${GPT2_MERGES:-} ]]; then
    echo "== v4: left out; its tokenizer needs GPT2_VOCABULARY and GPT2_MERGES" >&2
    versions=("${versions[@]:1}")
  fi
fi

# The stories of the embedded corpus, made once for all versions.
make_stories() {
  local work=$work/embedded stories=40000
  mkdir -p "$work/.stages"
  # shellcheck source=embedded.sh
  source "$pipelines/embedded.sh"
  stage_stories
}

# The run of one version and kind, in $folder.
run_pipeline() {
  local budget texts=() variant=sound
  case $kind in
    sound) budget=(--minutes "$minutes") ;;
    published) variant=published budget=(--minutes "$published_minutes") ;;
    embedded)
      budget=(--minutes "$embedded_minutes")
      texts=(--train-text "$work/embedded/train.jsonl" --valid-text "$work/embedded/valid.jsonl")
      ;;
  esac
  ((${#count_budget[@]} == 0)) || budget=("${count_budget[@]}")
  "$pipelines/$version.sh" --work "$folder" --variant "$variant" "${budget[@]}" \
    ${pass[@]+"${pass[@]}"} ${texts[@]+"${texts[@]}"} >/dev/null
}

# What a report needs besides what every pipeline leaves, as stages of the run's own folder.
measure() {
  local work=$folder run=$folder/run samples=4
  local common=(${quiet[@]+"${quiet[@]}"} ${threads:+--threads "$threads"})
  if [[ $kind == published ]]; then
    # The published variants mostly cannot decode incrementally: fewer samples of them.
    samples=1
    stage protocol --in "$run/best.safetensors" "$work/valid" --out "$work/protocol.json" -- \
      write_to "$work/protocol.json" \
      fl-eval ${quiet[@]+"${quiet[@]}"} "$run" --data "$work/valid" --protocol published
  fi
  stage leak --in "$run/best.safetensors" "$work/valid" --out "$work/leak.json" -- \
    write_to "$work/leak.json" \
    fl-eval leak "$run" --data "$work/valid" --windows "$windows" ${common[@]+"${common[@]}"}
  [[ $kind != embedded ]] || return 0
  stage samples --in "$run/best.safetensors" --out "$work/samples.jsonl" -- \
    write_to "$work/samples.jsonl" \
    fl-sample "$run" "${prompts[@]}" --temp 0.8 --top-k 40 --tokens 200 --seed 1 --json \
    --samples "$samples" ${quiet[@]+"${quiet[@]}"}
  stage quality --in "$work/samples.jsonl" "$(train_text_path)" --out "$work/quality.json" -- \
    write_to "$work/quality.json" \
    fl-eval quality "$work/samples.jsonl" --training-text "$(train_text_path)" \
    ${quiet[@]+"${quiet[@]}"}
}

# The same for all, so that the quality of their samples compares.
prompts=('Once upon a time' 'The little girl' 'One day, a boy named Tim')

# The report over all runs that there are, also those of earlier calls.
report() {
  local format file runs=()
  for file in "$work"/*/run/best.safetensors; do
    [[ ! -e $file ]] || runs+=("${file%/best.safetensors}")
  done
  ((${#runs[@]} > 0)) || {
    echo "${0##*/}: $work: no run was finished; nothing to report" >&2
    return 1
  }
  for format in jsonl md html; do
    fl-eval report "${runs[@]}" --format "${format/#md/markdown}" --note "$(machine)" \
      --output "$work/report.$format"
  done
  echo "$work/report.md"
}

# What the figures were measured with, in words.
machine() {
  local name
  name=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)
  echo "Made by \`$command_line\` on $(nproc) cores of ${name:-$(uname -m)}, $(date -u +%F)."
}

mkdir -p "$work"
[[ $kinds != *embedded* ]] || make_stories
failed=()
for version in "${versions[@]}"; do
  for kind in $kinds; do
    folder=$work/$version-$kind
    echo "=== $version $kind" >&2
    # A subshell whose first failure ends it.
    set +e
    (
      set -e
      run_pipeline
      measure
    )
    status=$?
    set -e
    # Stopped from outside, or in use by another: not this version's failure.
    ((status <= 128 && status != 75)) || exit "$status"
    ((status == 0)) || failed+=("$version $kind")
  done
done
report
if ((${#failed[@]} > 0)); then
  printf '%s: failed: %s\n' "${0##*/}" "$(printf '%s, ' "${failed[@]}" | sed 's/, $//')" >&2
  exit 1
fi
