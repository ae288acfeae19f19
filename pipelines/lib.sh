# shellcheck shell=bash
# Stages of a pipeline: sourced by the scripts beside this file, which read from top to bottom.
#
# A stage is a command with inputs and outputs. It is skipped if it finished before with the same
# command and unchanged inputs (size and time, as make does), and its outputs are there. State is
# files only: what is under $work, and $work/.stages/NAME for each stage that finished.

# Variables are read by the scripts that source this file.
# shellcheck disable=SC2034
set -euo pipefail
shopt -s inherit_errexit

pipelines=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
data_set=https://huggingface.co/datasets/roneneldan/TinyStories/resolve/main
quiet=()
# shellcheck source=options.sh
source "$pipelines/options.sh"

# The tools: from FLASHLM_BIN, from the build beside this folder, or from PATH.
if [[ -n ${FLASHLM_BIN:-} ]]; then
  PATH=$FLASHLM_BIN:$PATH
elif [[ -x $pipelines/../.build/release/fl-train ]]; then
  PATH=$(realpath "$pipelines/../.build/release"):$PATH
fi

command -v jq >/dev/null || die "jq is not there; run 'make setup' first"

# tool NAME ARGUMENT…: runs one of the tools, without a progress bar if none is wanted.
tool() { "$@" "${quiet[@]}"; }

# The stages that a run goes through, in order; all of them unless some were named. Says what they are
# where help was asked for.
run_stages() {
  local known=("$@") name
  if [[ -n $help ]]; then
    usage "${known[@]}"
    exit 0
  fi
  for name in "${stages[@]}"; do
    is_one_of "$name" "${known[@]}" || die "no stage $name; there are: ${known[*]}"
  done
  ((${#stages[@]} > 0)) || stages=("${known[@]}")
  check_tools
  mkdir -p "$work/.stages" || fail 73 "$work: cannot be made; name another folder with --work"
  exec 9>>"$work/.stages/lock"
  flock --nonblock 9 ||
    fail 75 "$work: in use by $(<"$work/.stages/lock"); wait for it or use another --work"
  echo "process $$" >"$work/.stages/lock"
  for name in "${known[@]}"; do
    if is_one_of "$name" "${stages[@]}"; then "stage_${name//-/_}"; fi
  done
}

# What a stage depends on: the command's words, and each input's name, size and time. Names are those
# inside $work, so that another way to write its path changes nothing.
stage_key() {
  local input facts
  printf '%s\n' "${command[@]#"$work/"}"
  for input in "${inputs[@]}"; do
    if [[ -d $input ]]; then input=$input/manifest.json; fi
    [[ -e $input ]] || fail 66 "$input is missing; run the stage that makes it first"
    facts=$(stat --dereference --format '%s %.Y' "$input")
    echo "${input#"$work/"} $facts"
  done
}

# Whether a stage finished with this key and its outputs are there.
is_current() {
  local key=$1 output
  [[ -f $work/.stages/$name && $(<"$work/.stages/$name") == "$key" ]] || return 1
  for output in "${outputs[@]}"; do [[ -e $output ]] || return 1; done
}

# stage NAME --in INPUT… --out OUTPUT… -- COMMAND…
# Runs the command unless it is up to date. A folder that is an input stands for its manifest.
stage() {
  local name=$1 list='' word key
  local inputs=() outputs=() command=()
  shift
  while (($# > 0)); do
    word=$1
    shift
    case $word in
      --in | --out) list=$word ;;
      --) command=("$@") && break ;;
      *) if [[ $list == --in ]]; then inputs+=("$word"); else outputs+=("$word"); fi ;;
    esac
  done
  key=$(stage_key)
  if is_current "$key"; then
    echo "== $name: up to date" >&2
    return
  fi
  echo "== $name" >&2
  rm -f "$work/.stages/$name"
  "${command[@]}"
  printf '%s' "$key" >"$work/.stages/$name.new"
  mv "$work/.stages/$name.new" "$work/.stages/$name"
}

# fetch URL FILE: downloads what is missing of a file, checks it against the size and SHA-256 that
# the server states, and gives it its name only then.
fetch() {
  local url=$1 file=$2 headers size hash
  [[ ! -e $file ]] || return 0
  mkdir -p "$(dirname "$file")"
  headers=$(curl --silent --show-error --fail --head --retry 5 "$url" | tr -d '\r')
  size=$(awk 'tolower($1) == "x-linked-size:" { print $2 }' <<<"$headers")
  hash=$(awk 'tolower($1) == "x-linked-etag:" { gsub(/"/, "", $2); print $2 }' <<<"$headers")
  # A file that is there whole, from a run that ended before its check, is not asked for again.
  if [[ -z $size || $(stat --format %s "$file.part" 2>/dev/null) != "$size" ]]; then
    curl --fail --location --retry 5 --retry-connrefused --continue-at - --output "$file.part" \
      "$url" || fail 75 "$url: the download stopped; run the same command again to go on with it"
  fi
  if [[ -n $size && $(stat --format %s "$file.part") != "$size" ]]; then
    fail 65 "$file.part: not the $size bytes of $url; remove it and try again"
  fi
  if [[ -n $hash ]]; then
    [[ $(sha256sum <"$file.part") == "$hash "* ]] ||
      fail 65 "$file.part: its SHA-256 is not that of $url; remove it and try again"
  fi
  mv "$file.part" "$file"
}

# The texts: given files, or the V2 files of TinyStories, downloaded once for all pipelines.
stage_text() {
  local downloads=${FLASHLM_DOWNLOADS:-$HOME/.cache/flashlm}
  if [[ -z $train_text ]]; then
    fetch "$data_set/TinyStoriesV2-GPT4-train.txt" "$downloads/TinyStoriesV2-GPT4-train.txt"
  fi
  if [[ -z $valid_text ]]; then
    fetch "$data_set/TinyStoriesV2-GPT4-valid.txt" "$downloads/TinyStoriesV2-GPT4-valid.txt"
  fi
}

# Where the texts are.
train_text_path() {
  echo "${train_text:-${FLASHLM_DOWNLOADS:-$HOME/.cache/flashlm}/TinyStoriesV2-GPT4-train.txt}"
}
valid_text_path() {
  echo "${valid_text:-${FLASHLM_DOWNLOADS:-$HOME/.cache/flashlm}/TinyStoriesV2-GPT4-valid.txt}"
}

# until_enough COMMAND…: writes into a pipe whose reader may stop before the end, as fl-shard pack does
# with --first-tokens. That the closed pipe then ends the command is no failure; where the reader
# failed, the reader's own status says so.
until_enough() {
  local status=0
  "$@" || status=$?
  ((status == 128 + $(kill -l PIPE))) || return "$status"
}

# encode_and_pack TOKENIZER TEXT FOLDER [fl-shard pack options…]
encode_and_pack() {
  local tokenizer=$1 text=$2 folder=$3
  shift 3
  until_enough tool fl-tokenize encode --tokenizer "$tokenizer" "$text" |
    tool fl-shard pack --tokenizer "$tokenizer" --output "$folder" "$@"
}

# The budget among fl-train options, such as '--steps 60'; nothing where the recipe's counts.
budget_option() {
  while (($# > 1)); do
    case $1 in
      --minutes | --steps | --tokens) printf '%s %s' "$1" "$2" && return ;;
    esac
    shift
  done
}

# The budget that a run's recipe.json states, in the same form.
budget_of_run() {
  sed -n '/^  "budget": {/,/}/s/^ *"\(minutes\|steps\|tokens\)": \([0-9.e+-]*\),*$/--\1 \2/p' \
    "$1/recipe.json"
}

# prolongs OLD NEW: whether a budget is that of another one's kind and larger.
prolongs() {
  [[ ${1%% *} == "${2%% *}" ]] && awk -v old="${1#* }" -v new="${2#* }" 'BEGIN { exit !(new > old) }'
}

# set_aside RUN: gives a folder the first free name of RUN.old, RUN.old-2, …, and prints it.
set_aside() {
  local kept=$1.old number=1
  while [[ -e $kept ]]; do
    number=$((number + 1))
    kept=$1.old-$number
  done
  mv "$1" "$kept"
  echo "$kept"
}

# train_model RUN RECIPE TRAIN VALIDATION [fl-train options…]: starts or resumes; a larger budget
# prolongs. A run that was started with other inputs is moved aside, beside all that were before.
train_model() {
  local run=$1 recipe=$2 train=$3 validation=$4 started budget_words before='' word skip=''
  shift 4
  budget_words=$(budget_option "$@")
  started=$(
    for word in "$@"; do
      if [[ -n $skip ]]; then
        skip=''
      elif [[ $word == --minutes || $word == --steps || $word == --tokens ]]; then
        skip=next
      else
        printf '%s\n' "${word#"$work/"}"
      fi
    done
    sha256sum <"$recipe"
    sha256sum <"$train/manifest.json"
    sha256sum <"$validation/manifest.json"
  )
  if [[ -e $run/last.safetensors || -e $run/best.safetensors ]]; then
    if [[ -e $run/.budget ]]; then before=$(<"$run/.budget"); fi
    if [[ ! -e $run/last.safetensors || $started != "$(cat "$run/.started" 2>/dev/null)" ]] ||
      { [[ $budget_words != "$before" ]] &&
        ! { [[ -n $budget_words ]] && prolongs "$(budget_of_run "$run")" "$budget_words"; }; }; then
      echo "== train: other inputs than before; the old run is kept in $(set_aside "$run")" >&2
    fi
  fi
  mkdir -p "$run"
  printf '%s' "$started" >"$run/.started.new"
  mv "$run/.started.new" "$run/.started"
  printf '%s' "$budget_words" >"$run/.budget.new"
  mv "$run/.budget.new" "$run/.budget"
  tool fl-train --recipe "$recipe" --train "$train" --validation "$validation" --output "$run" \
    --resume ${threads:+--threads "$threads"} "$@" >/dev/null
}

# write_to FILE COMMAND…: the command's output under a name that appears only when it is whole.
write_to() {
  local file=$1
  shift
  "$@" >"$file.new"
  mv "$file.new" "$file"
}
