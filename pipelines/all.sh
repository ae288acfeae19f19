#!/usr/bin/env bash
# The pipeline of each version (default: all) in both variants, one after the other. Measures what the
# runs gain from seeing later tokens and what their samples are like, runs the sound variant once more
# on the embedded corpus, whose floor is known, and writes report.jsonl, report.md and report.html.
#
# What is finished is not run again; a version that fails is named at the end, and the others are run
# all the same. v4 needs GPT2_VOCABULARY and GPT2_MERGES (see pipelines/v4.sh) and is left out without
# them.
set -euo pipefail
# shellcheck source=embedded.sh
source "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/embedded.sh"

# Every recipe of a version that has a pipeline, in the order in which the versions appeared.
mapfile -t all_versions < <(
  jq -r 'select(.published) | [.published.place, .version] | @tsv' "$pipelines"/recipes/*.json |
    sort -n | cut -f 2 | while read -r name; do
    [[ ! -x $pipelines/$name.sh ]] || echo "$name"
  done
)

usage() {
  echo "Usage: $0 [options] [version…]"
  echo
  header
  cat <<TEXT

Options, as --name VALUE or --name=VALUE:
  --work FOLDER        where everything is written; each run in FOLDER/<version>-<variant> or
                       FOLDER/<version>-embedded (default: $work)
  --minutes N          of training for each sound variant (default: $minutes)
  --published-minutes N
                       for each published one (default: $published_minutes)
  --embedded-minutes N
                       for each sound one on the embedded corpus (default: $embedded_minutes)
  --steps N | --tokens N
                       instead of minutes, for all
  --only KIND          sound, published or embedded alone (default: all three)
  --windows N          windows scored twice for the size of a leak (default: $windows)
TEXT
  describe set threads train-text valid-text quiet help
  echo
  describe_environment
  printf 'Versions: %s\n' "${all_versions[*]}"
}

# What was called, as it could be called again.
command_line=pipelines/all.sh
(($# == 0)) || printf -v command_line '%s%s' "$command_line" "$(printf ' %q' "$@")"

read_options work minutes published-minutes embedded-minutes steps tokens only windows set threads \
  train-text valid-text -- "$@"
work=$(plain_path "${given[work]:-runs/all}") windows=${given[windows]:-32} threads=${given[threads]:-}
minutes=${given[minutes]:-3} published_minutes=${given[published-minutes]:-1}
embedded_minutes=${given[embedded-minutes]:-1}
kinds=(sound published embedded)
if [[ -n $help ]]; then
  usage
  exit 0
fi
if [[ -v given[only] ]]; then
  is_one_of "${given[only]}" "${kinds[@]}" ||
    die "--only is sound, published or embedded; not ${given[only]}"
  kinds=("${given[only]}")
fi
check_numbers minutes published-minutes embedded-minutes steps tokens windows threads
read_texts
count_budget=()
for count in steps tokens; do
  [[ -v given[$count] ]] || continue
  for other in tokens minutes published-minutes embedded-minutes; do
    [[ $other == "$count" || ! -v given[$other] ]] ||
      die "--$count and --$other are two budgets; give one"
  done
  count_budget=("--$count" "${given[$count]}")
done
# What every pipeline is given.
pass=("${quiet[@]}" "${settings[@]}" ${threads:+--threads "$threads"})
texts=(${train_text:+--train-text "$train_text"} ${valid_text:+--valid-text "$valid_text"})

versions=("${words[@]}")
for version in "${versions[@]}"; do
  is_one_of "$version" "${all_versions[@]}" ||
    die "no version $version; there are: ${all_versions[*]}"
done
if ((${#versions[@]} == 0)); then
  for version in "${all_versions[@]}"; do
    if [[ $version == v4 && (-z ${GPT2_VOCABULARY:-} || -z ${GPT2_MERGES:-}) ]]; then
      echo "== v4: left out; its tokenizer needs GPT2_VOCABULARY and GPT2_MERGES" >&2
    else
      versions+=("$version")
    fi
  done
fi

check_tools

# The stories of the embedded corpus, made once for all versions.
make_stories() {
  local work=$work/embedded stories=40000
  mkdir -p "$work/.stages"
  stage_stories
}

# The run of one version and kind, in $folder.
run_pipeline() {
  local budget variant=sound sources=("${texts[@]}")
  case $kind in
    sound) budget=(--minutes "$minutes") ;;
    published) variant=published budget=(--minutes "$published_minutes") ;;
    embedded)
      budget=(--minutes "$embedded_minutes")
      sources=(--train-text "$work/embedded/train.jsonl" --valid-text "$work/embedded/valid.jsonl")
      ;;
  esac
  ((${#count_budget[@]} == 0)) || budget=("${count_budget[@]}")
  "$pipelines/$version.sh" --work "$folder" --variant "$variant" "${budget[@]}" "${pass[@]}" \
    "${sources[@]}" >/dev/null
}

# What a report needs besides what every pipeline leaves, as stages of the run's own folder.
measure() {
  local work=$folder run=$folder/run samples=4
  if [[ $kind == published ]]; then
    # The published variants mostly cannot decode incrementally: fewer samples of them.
    samples=1
    evaluate_to protocol protocol.json "$run" --protocol published
  fi
  stage leak --in "$run/best.safetensors" "$work/valid" --out "$work/leak.json" -- \
    write_to "$work/leak.json" \
    tool fl-eval leak "$run" --data "$work/valid" --windows "$windows" \
    ${threads:+--threads "$threads"}
  [[ $kind != embedded ]] || return 0
  stage samples --in "$run/best.safetensors" --out "$work/samples.jsonl" -- \
    write_to "$work/samples.jsonl" \
    tool fl-sample "$run" "${prompts[@]}" --temp 0.8 --top-k 40 --tokens 200 --seed 1 --json \
    --samples "$samples"
  stage quality --in "$work/samples.jsonl" "$(train_text_path)" --out "$work/quality.json" -- \
    write_to "$work/quality.json" \
    tool fl-eval quality "$work/samples.jsonl" --training-text "$(train_text_path)"
}

# The same for all, so that the quality of their samples compares.
prompts=('Once upon a time' 'The little girl' 'One day, a boy named Tim')

# The report over all runs that there are, also those of earlier calls.
report() {
  local format file runs=()
  for file in "$work"/*/run/best.safetensors; do
    [[ ! -e $file ]] || runs+=("${file%/best.safetensors}")
  done
  ((${#runs[@]} > 0)) || fail 1 "$work: no run was finished; nothing to report"
  for format in jsonl md html; do
    tool fl-eval report "${runs[@]}" --format "${format/#md/markdown}" --note "$(machine)" \
      --output "$work/report.$format"
  done
  echo "$work/report.md"
}

# What the figures were measured with, in words.
machine() {
  local name
  name=$(sed -n '/^model name/{s/^[^:]*: //p;q}' /proc/cpuinfo)
  echo "Made by \`$command_line\` on $(nproc) cores of ${name:-$(uname -m)}, $(date -u +%F)."
}

mkdir -p "$work" || fail 73 "$work: cannot be made; name another folder with --work"
if is_one_of embedded "${kinds[@]}"; then make_stories; fi
failed=()
for version in "${versions[@]}"; do
  for kind in "${kinds[@]}"; do
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
