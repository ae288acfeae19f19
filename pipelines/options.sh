# shellcheck shell=bash
# Command lines of pipelines: what they take, what --help says about it, and how mistakes are named.
# Sourced by lib.sh.
#
# Options are read by the scripts that source this file.
# shellcheck disable=SC2034,SC2154

# What a pipeline takes besides --quiet and --help; those that lack something say so.
options='work variant minutes steps tokens set threads train-text valid-text'
variants='sound published'

# fail STATUS MESSAGE: one line on standard error, and the end.
fail() {
  echo "${0##*/}: $2" >&2
  exit "$1"
}

die() { fail 64 "$*"; }

# is_one_of WORD LIST…
is_one_of() {
  local word=$1 other
  shift
  for other in "$@"; do [[ $word != "$other" ]] || return 0; done
  return 1
}

# nearest WORD LIST…: the one of the list that was probably meant, or nothing: one that begins with the
# word, or where at most a third of the letters is left out, put in, changed or swapped with the next.
nearest() {
  printf '%s\n' "$@" | awk '
    function least(a, b) { return a < b ? a : b }
    function distance(a, b, i, j, d) {
      for (i = 0; i <= length(a); i++) d[i, 0] = i
      for (j = 0; j <= length(b); j++) d[0, j] = j
      for (i = 1; i <= length(a); i++)
        for (j = 1; j <= length(b); j++) {
          d[i, j] = least(least(d[i - 1, j], d[i, j - 1]) + 1,
            d[i - 1, j - 1] + (substr(a, i, 1) != substr(b, j, 1)))
          if (i > 1 && j > 1 && substr(a, i - 1, 2) == substr(b, j, 1) substr(b, j - 1, 1))
            d[i, j] = least(d[i, j], d[i - 2, j - 2] + 1)
        }
      return d[length(a), length(b)]
    }
    NR == 1 { word = $0; best = length(word) / 3 + 0.5; next }
    { difference = index($0, word) == 1 ? 0 : distance(word, $0) }
    difference < best { best = difference; name = $0 }
    END { print name }'
}

# unknown_option OPTION KNOWN…: says what other programs' names for it are called here, or the nearest.
unknown_option() {
  local option=$1 meant=''
  shift
  case $option in
    -o | --out | --output | --output-dir) meant=--work ;;
    --seed) meant='--set seed=VALUE' ;;
    --lr | --learning-rate) meant='--set optimizer.learning_rate=VALUE' ;;
    --batch-size) meant='--set batch.sequences=VALUE' ;;
  esac
  is_one_of "${meant%% *}" "$@" || meant=$(nearest "$option" "$@")
  die "unknown option $option; ${meant:+did you mean $meant? }see --help"
}

# read_options OPTION… -- WORD…: reads a command line that takes these options, all with a value; --set
# may be given several times. Leaves
#   given[OPTION]  each value
#   settings       the --set options, for fl-train
#   quiet          the option of the tools, or nothing
#   help           not empty where help is asked for; what comes after is not read
#   words          what is no option
read_options() {
  local known=() option value
  declare -gA given=()
  settings=() quiet=() help='' words=()
  while [[ $1 != -- ]]; do
    known+=("--$1")
    shift
  done
  shift
  while (($# > 0)); do
    case $1 in
      --) words+=("${@:2}") && return ;;
      -h | --help) help=yes && return ;;
      -q | --quiet) quiet=(--quiet) && shift && continue ;;
      --help=* | --quiet=*) die "${1%%=*} takes no value" ;;
      -?*) option=${1%%=*} ;;
      *) words+=("$1") && shift && continue ;;
    esac
    is_one_of "$option" "${known[@]}" || unknown_option "$option" "${known[@]}" --quiet --help
    if [[ $1 == *=* ]]; then
      value=${1#*=}
      shift
    elif (($# < 2)) || is_one_of "${2%%=*}" -q --quiet -h --help "${known[@]}"; then
      die "$option needs a value"
    elif [[ $2 == -?* ]]; then
      die "$option needs a value; one that begins with a dash is written $option=$2"
    else
      value=$2
      shift 2
    fi
    [[ -n $value ]] || die "$option needs a value; not an empty one"
    if [[ $option == --set ]]; then
      [[ $value == ?*=* ]] || die "--set takes PATH=VALUE, such as batch.sequences=8; not $value"
      settings+=(--set "$value")
      continue
    fi
    [[ ! -v given["${option#--}"] ]] || die "$option is given twice"
    given["${option#--}"]=$value
  done
}

# check_numbers OPTION…: minutes are positive numbers, all else counts from 1.
check_numbers() {
  local option value
  for option in "$@"; do
    value=${given[$option]:-1}
    if [[ $option == *minutes ]]; then
      [[ $value =~ ^([0-9]+[.]?[0-9]*|[.][0-9]+)$ && $value == *[1-9]* ]] ||
        die "--$option takes a number above 0; not $value"
    else
      [[ $value =~ ^[0-9]+$ && $value == *[1-9]* ]] ||
        die "--$option takes a whole number from 1; not $value"
    fi
  done
}

# The one budget that was given, as options of fl-train; or none.
read_budget() {
  local kind
  budget=()
  for kind in minutes steps tokens; do
    [[ -v given[$kind] ]] || continue
    ((${#budget[@]} == 0)) || die "${budget[0]} and --$kind are two budgets; give one"
    budget=("--$kind" "${given[$kind]}")
  done
}

# check_file NAME FILE: what the user named is a file, so that one stage after another can read it.
check_file() {
  [[ -e $2 || $2 == - ]] || fail 66 "$1 $2: there is no such file"
  [[ -f $2 ]] || fail 66 "$1 $2: not a file; several stages read it, so it must be one"
  [[ -r $2 ]] || fail 66 "$1 $2: you may not read it"
}

# The texts that were given.
read_texts() {
  local name
  train_text=${given[train-text]:-} valid_text=${given[valid-text]:-}
  for name in train valid; do
    local -n text=${name}_text
    [[ -n $text ]] || continue
    check_file "--$name-text" "$text"
    text=$(plain_path "$text")
  done
}

# A path that no tool takes for an option.
plain_path() {
  case $1 in
    -*) echo "./$1" ;;
    *) echo "$1" ;;
  esac
}

# What must be installed.
check_tools() {
  local tool
  for tool in fl-tokenize fl-shard fl-train fl-eval fl-sample; do
    command -v "$tool" >/dev/null ||
      die "$tool is not there; run 'make' first, or set FLASHLM_BIN to the tools' folder"
  done
}

# Reads the command line of a pipeline:
#   work, variant, budget, threads, train_text, valid_text, quiet, settings, stages, help
parse_options() {
  local known
  read -r -a known <<<"$options"
  read_options "${known[@]}" -- "$@"
  work=$(plain_path "${given[work]:-}") variant=${given[variant]:-sound} threads=${given[threads]:-}
  stages=("${words[@]}")
  read_budget
  [[ -z $help ]] || return 0
  read_texts
  read -r -a known <<<"$variants"
  is_one_of "$variant" "${known[@]}" || die "--variant is one of ${variants// /, }; not $variant"
  check_numbers minutes steps tokens threads
}

# The words at the head of the script that was called.
header() { sed -n '2,/^[^#]/s/^# \{0,1\}//p' "${BASH_SOURCE[-1]}"; }

# The budget that counts if none is given.
default_budget() {
  if ((${#budget[@]} > 0)); then
    echo "${budget[1]} ${budget[0]#--}"
  else
    jq -r '.budget | to_entries | map("\(.value) \(.key)") | join(", ")' "$recipe"
  fi
}

# describe OPTION…: their lines in --help, with the defaults.
describe() {
  local option
  for option in "$@"; do
    case $option in
      work) row '--work FOLDER' "where everything is written (default: $work)" ;;
      variant)
        row '--variant NAME' 'sound (default): as documented'
        row '' 'published: as the script behaved'
        [[ $variants != *repaired* ]] || row '' 'repaired: the script with its smallest repair'
        ;;
      minutes)
        row '--minutes N | --steps N | --tokens N'
        row '' "the budget of training (default: $(default_budget))"
        ;;
      set)
        row '--set PATH=VALUE' 'replace a member of the recipe, such as batch.sequences=8; may be'
        row '' 'given several times'
        ;;
      threads) row '--threads N' 'worker threads of training (default: one for each core)' ;;
      train-text) row '--train-text FILE' 'TinyStories V2 train text, instead of downloading it' ;;
      valid-text) row '--valid-text FILE' 'TinyStories V2 validation text, likewise' ;;
      quiet) row '-q, --quiet' 'no progress bars' ;;
      help) row '-h, --help' 'this text' ;;
    esac
  done
}

describe_environment() {
  cat <<'TEXT'
FLASHLM_BIN names the folder of the tools, FLASHLM_DOWNLOADS that of downloaded texts (default:
~/.cache/flashlm).
TEXT
}

# row OPTION WORDS: a line of two columns; without words, an option that fills the line.
row() {
  if (($# == 1)); then
    echo "  $1"
  else
    printf '  %-20s %s\n' "$1" "$2"
  fi
}

# usage STAGE…: what --help says: the script's own words, its stages, its options.
usage() {
  local known
  read -r -a known <<<"$options"
  echo "Usage: $0 [options] [stage…]"
  echo
  header
  cat <<TEXT

Stages, in this order, all of them unless some are named:
  $*
A stage whose inputs have not changed is not run again; an interrupted one goes on where it was.

Options, as --name VALUE or --name=VALUE:
TEXT
  describe "${known[@]}" quiet help
  cat <<TEXT

Recipe: $recipe
TEXT
  describe_environment
}
