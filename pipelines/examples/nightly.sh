#!/usr/bin/env bash
# How cron drives a pipeline. In a crontab:
#
#   MAILTO=you@example.org
#   30 1 * * *  /path/to/pipelines/examples/nightly.sh --work /data/v5.2 --minutes 120 --quiet
#
# Nothing is printed when all is well, so that cron sends a mail only about a failure. The log goes to
# nightly.log in the work folder. A run that is still going makes this one end with code 75; a run
# that was interrupted is continued.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

work=runs/v5.2-sound
arguments=("$@")
for ((index = 0; index < $#; index++)); do
  if [[ ${arguments[index]} == --work ]]; then work=${arguments[index + 1]}; fi
done
mkdir -p "$work"
log=$work/nightly.log

status=0
"$here/../v5.2.sh" "$@" >"$log" 2>&1 || status=$?
if ((status != 0)); then cat "$log" >&2; fi
exit "$status"
