#!/usr/bin/env bash
# Tests of interruption: disturbs every stage at random moments, in every way that a night on a cheap
# machine can bring, runs it again, and compares the end result bit for bit with an undisturbed run.
#
#   Tests/Interruption/run.sh                           200 rounds
#   Tests/Interruption/run.sh --rounds 20 --seed 7 --stage train --disturbance killed
#
# Disturbances: signal (SIGINT, SIGTERM, SIGHUP), killed (SIGKILL, also of one process of several),
# pipe (the reader of standard output goes away), disk (a file system of limited size), readonly,
# memory (ulimit -v), twice (a second run on the same output), suspended (clocks leap), call (a system
# call fails, or is the last one). disk and readonly need a mount namespace (root), call needs strace,
# suspended a C compiler; what is missing is skipped, and that is said.
#
# The tools come from FLASHLM_BIN, or from .build/release.
set -euo pipefail
if [[ -z ${FLASHLM_NAMESPACE:-} ]] && unshare --mount true 2>/dev/null; then
  FLASHLM_NAMESPACE=1 exec unshare --mount "$0" "$@"
fi
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
repository=$(cd "$here/../.." && pwd)
export FLASHLM_BIN=${FLASHLM_BIN:-$repository/.build/release}
PATH=$FLASHLM_BIN:$PATH
# shellcheck source=stages.sh
source "$here/stages.sh"

rounds=200 seed=1 only_stage='' only=''
while (($# > 0)); do
  case $1 in
    --rounds) rounds=$2 ;;
    --seed) seed=$2 ;;
    --stage) only_stage=$2 ;;
    --disturbance) only=$2 ;;
    *) sed -n '2,/^set/p' "$0" | grep '^#' | cut -c 3- && exit 64 ;;
  esac
  shift 2
done
RANDOM=$seed

work=$(mktemp -d "${TMPDIR:-/tmp}/flashlm-interruption-XXXXXX")
finish() {
  jobs -p | while read -r job; do kill -KILL -- "-$job" 2>/dev/null || true; done
  rm -rf "$work"
}
trap finish EXIT
good=$work/good
errors=$work/errors
mkdir "$good"

fail() {
  echo "FAILED: round $round: $disturbance during $stage: $*" >&2
  sed 's/^/  | /' "$errors" >&2 || true
  exit 1
}

# Milliseconds since the machine started.
now() { cut -d' ' -f1 /proc/uptime | tr -d . | sed 's/$/0/'; }
doze() { sleep "$(printf '%d.%03d' $(($1 / 1000)) $(($1 % 1000)))"; }

# run STAGE: to its end, its status in $status.
run() {
  status=0
  ("stage_$1") 2>"$errors" || status=$?
}

# begin STAGE [COMMAND…]: in the background and a process group of its own.
begin() {
  set -m
  ("stage_$1") 2>"$errors" &
  group=$!
  set +m
}

# Waits until nothing of the group is left; $status is its leader's.
finish_group() {
  status=0
  wait "$group" 2>/dev/null || status=$?
  while pgrep --pgroup "$group" >/dev/null; do doze 20; done
}

# A moment at which the stage is at work, usually.
random_moment() { doze $((RANDOM % (duration[$stage] + 30))); }

# One line that names the mend, or nothing, on standard error.
expect_one_line() {
  (($(wc -l <"$errors") <= 1)) || fail "more than one line of error"
}

expect_status() {
  local allowed
  for allowed in "$@"; do [[ $status != "$allowed" ]] || return 0; done
  fail "status $status; expected one of $*"
}

disturb_signal() {
  local names=(INT TERM HUP) numbers=(2 15 1) which=$((RANDOM % 3))
  begin "$stage"
  random_moment
  kill "-${names[which]}" -- "-$group" 2>/dev/null || true
  finish_group
  # A script's own status depends on which of its commands was at work.
  [[ $stage == pipeline ]] || expect_status 0 $((128 + numbers[which]))
}

disturb_killed() {
  local victim
  begin "$stage"
  random_moment
  victim=$(pgrep --pgroup "$group" | shuf -n 1 --random-source=<(yes "$RANDOM") || true)
  if ((RANDOM % 2)); then
    kill -KILL -- "-$group" 2>/dev/null || true
  elif [[ -n $victim ]]; then
    kill -KILL "$victim" 2>/dev/null || true
  fi
  finish_group
}

disturb_pipe() {
  local lines=$((RANDOM % 20))
  case $stage in
    encode)
      fl-tokenize encode --quiet --tokenizer "$good/tokenizer.json" "$good/stories.jsonl" \
        2>"$errors" | head -c $((lines * 100)) >/dev/null || true
      ;;
    curate)
      fl-shard curate --quiet "$good/stories.jsonl" 2>"$errors" | head -n "$lines" >/dev/null || true
      ;;
    train)
      (events=/dev/stdout && stage_train) 2>"$errors" | head -n "$lines" >/dev/null || true
      ;;
    *)
      ("stage_$stage") 2>"$errors" | true || true
      ;;
  esac
  # Training goes on without its reader, and says so.
  if [[ $stage == train && -s $errors ]]; then
    expect_one_line
    grep -q 'the log goes on' "$errors" || fail "a closed pipe is no error"
  else
    [[ ! -s $errors ]] || [[ $stage == pipeline ]] || fail "a closed pipe is no error"
  fi
}

disturb_disk() {
  local size=$((1 + RANDOM % (kilobytes[$stage] + 40)))
  mount -t tmpfs -o "size=${size}k" tmpfs "$out"
  run "$stage"
  [[ $stage == pipeline || $stage == evaluate || $stage == sample ]] || {
    expect_status 0 73 74
    expect_one_line
    [[ $status == 0 ]] || grep -q 'No space left' "$errors" || fail "does not say why"
  }
  check_remains >"$work/remains" 2>&1 || fail "half-written: $(<"$work/remains")"
  mount -o remount,size=64m "$out"
}

disturb_readonly() {
  mount --bind "$out" "$out"
  mount -o remount,ro,bind "$out"
  run "$stage"
  [[ $stage == pipeline || $stage == evaluate || $stage == sample ]] || {
    expect_status 73 74
    expect_one_line
  }
  umount "$out"
}

disturb_memory() {
  status=0
  (
    ulimit -c 0
    ulimit -v $((60000 + RANDOM * 40))
    "stage_$stage"
  ) 2>"$errors" &
  group=$!
  for ((waited = 0; waited < 600; waited++)); do
    kill -0 "$group" 2>/dev/null || break
    doze 100
  done
  ! kill -0 "$group" 2>/dev/null || fail "hangs"
  wait "$group" || status=$?
}

disturb_twice() {
  local lock second=0 first_errors=$errors
  case $stage in
    train) lock=$out/run/log.jsonl ;;
    pack) lock=$out/train/.writing- ;;
    pipeline) lock=$out/work/tokenizer.json ;;
    *) disturb_killed && return ;;
  esac
  begin "$stage"
  while ! compgen -G "$lock*" >/dev/null && kill -0 "$group" 2>/dev/null; do doze 2; done
  # The first one is held where it is, so that it cannot be done before the second has begun.
  kill -STOP -- "-$group" 2>/dev/null || true
  if [[ $(ps -o stat= -p "$group" 2>/dev/null) == T* ]]; then
    errors=$work/second
    ("stage_$stage") 2>"$errors" || second=$?
    [[ $second == 75 ]] || fail "the second run ended with $second, not 75"
    grep -q "process $group" "$errors" || fail "the second run does not name the first: $group"
    errors=$first_errors
  fi
  kill -CONT -- "-$group" 2>/dev/null || true
  finish_group
  expect_status 0
}

disturb_suspended() {
  local elapsed
  if ((RANDOM % 2)); then FLASHLM_JUMP=36000; else FLASHLM_JUMP=-86400; fi
  export FLASHLM_JUMP FLASHLM_JUMP_AFTER=$((RANDOM % (duration[$stage] + 30)))
  status=0
  (export LD_PRELOAD=$work/clock-jump.so && "stage_$stage") 2>"$errors" || status=$?
  expect_status 0
  # A budget in minutes counts the time awake.
  if [[ $stage == train ]]; then
    LD_PRELOAD=$work/clock-jump.so FLASHLM_JUMP_AFTER=300 fl-train --quiet \
      --recipe "$good/recipe.json" --train "$good/train" --validation "$good/valid" --threads 1 \
      --minutes 0.02 --output "$out/timed" >"$work/timed" 2>"$errors" || fail "status $?"
    elapsed=$(jq -r 'select(.event == "end") | .elapsed' "$work/timed")
    jq -e -n "$elapsed >= 1.1 and $elapsed < 30" >/dev/null ||
      fail "1.2 s of budget took $elapsed s by its own account"
    rm -rf "$out/timed"
  fi
}

disturb_call() {
  local calls=write,pwrite64,fsync,ftruncate,rename,mkdir effects effect
  effects=(error=ENOSPC error=EIO signal=KILL signal=TERM)
  effect=${effects[RANDOM % 4]}
  status=0
  (
    # A command that is executed in a function of the shell cannot be given to strace.
    declare -fx "stage_$stage"
    export good out repository
    exec strace -f -qq -o /dev/null -e "trace=$calls" \
      -e "inject=$calls:$effect:when=$((1 + RANDOM % calls_made[$stage]))" bash -c "stage_$stage"
  ) 2>"$errors" || status=$?
}

# What this machine allows.
disturbances=(signal killed pipe memory twice)
if [[ -n ${FLASHLM_NAMESPACE:-} ]]; then
  disturbances+=(disk readonly)
else
  echo "skipped: disk and readonly (no mount namespace: not root)" >&2
fi
if strace -qq -o /dev/null true 2>/dev/null; then
  disturbances+=(call)
else
  echo "skipped: call (no strace)" >&2
fi
if cc -shared -fPIC -O1 -o "$work/clock-jump.so" "$here/clock-jump.c" -ldl 2>/dev/null; then
  disturbances+=(suspended)
else
  echo "skipped: suspended (no C compiler)" >&2
fi

# The undisturbed run, which also tells how long each stage takes and how much it writes.
declare -A duration kilobytes calls_made
round=0 disturbance=nothing out=$good
write_inputs
for stage in "${stages[@]}"; do
  began=$(now)
  run "$stage"
  [[ $status == 0 ]] || fail "status $status"
  duration[$stage]=$(($(now) - began))
  calls_made[$stage]=40
done
kilobytes=([tokenizer]=60 [encode]=200 [curate]=600 [pack]=300 [train]=300 [evaluate]=8 [sample]=8
  [pipeline]=1500)

export work
one_round() {
  out=$work/out
  mkdir "$out"
  "disturb_$disturbance"
  [[ $disturbance == disk ]] ||
    check_remains >"$work/remains" 2>&1 || fail "half-written: $(<"$work/remains")"
  run "$stage"
  [[ $status == 0 ]] || fail "the rerun ended with $status"
  compare "$stage" >"$work/compare" 2>&1 || fail "another result: $(<"$work/compare")"
  check_cleared >"$work/cleared" || fail "$(<"$work/cleared")"
  [[ $disturbance != disk ]] || umount "$out"
  rm -rf "$out"
}

if [[ -n $only ]]; then disturbances=("$only"); fi
if [[ -n $only_stage ]]; then stages=("$only_stage"); fi
began=$(now)
for ((round = 1; round <= rounds; round++)); do
  stage=${stages[RANDOM % ${#stages[@]}]}
  disturbance=${disturbances[RANDOM % ${#disturbances[@]}]}
  [[ -z ${VERBOSE:-} ]] || echo "round $round: $disturbance during $stage" >&2
  one_round
done
echo "$rounds rounds, each with the undisturbed result ($((($(now) - began) / 1000)) s)"
