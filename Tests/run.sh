#!/usr/bin/env bash
# Runs the built tests and names those that were skipped. Takes what `swift test` takes; `make test`
# gives the flags of the build.
#
#   Tests/run.sh -c release --scratch-path .build-test -Xswiftc -enable-testing --filter Formats
#
# A test that was skipped and that Tests/expected-skips.txt does not name fails the run, as does a run
# of no test at all. EXPECTED_SKIPS names another such file: /dev/null for none.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
expected=${EXPECTED_SKIPS:-Tests/expected-skips.txt}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The runner's last line is kept back, to stand below the skipped tests.
status=0
"${SWIFT:-swift}" test "$@" --skip-build --event-stream-output-path "$work/events" 2>&1 |
  awk -v last="$work/last" '
    / Test run with [0-9]+ test/ { print > last; next }
    { print; fflush() }' || status=$?

[[ -s $work/last ]] || {
  echo "run.sh: the test runner did not come to its end" >&2
  exit "$((status == 0 ? 1 : status))"
}

# Names as in expected-skips.txt: the place in the source, behind the last slash, is left out.
jq -r 'select(.kind == "event" and .payload.kind == "testSkipped") | .payload
    | select(.testID | contains("/"))
    | (.testID | sub("/[^/]*$"; "")) + "  " + (.messages[0].text | sub("^.*? skipped[:.]? *"; ""))' \
  "$work/events" | sort >"$work/skipped"
echo "$(wc -l <"$work/skipped") tests were skipped:"
sed 's/^/  /' "$work/skipped"
cat "$work/last"
((status == 0)) || exit "$status"

! grep -q ' Test run with 0 tests' "$work/last" || {
  echo "run.sh: there was no test to run" >&2
  exit 1
}
sed -n 's/^\([^# ][^ ]*\).*/\1/p' "$expected" | sort >"$work/expected"
cut -d' ' -f1 "$work/skipped" | comm -23 - "$work/expected" >"$work/unexpected"
if [[ -s $work/unexpected ]]; then
  while read -r name; do
    echo "run.sh: $name was skipped: install what it needs, or name it in $expected" >&2
  done <"$work/unexpected"
  exit 1
fi
