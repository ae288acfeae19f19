#!/usr/bin/env bash
# How cron drives a pipeline. In a crontab:
#
#   MAILTO=you@example.org
#   30 1 * * *  /path/to/pipelines/examples/nightly.sh --work /data/v5.2 --minutes 120 --quiet
#
# Options are those of pipelines/v5.2.sh. Nothing is printed when all is well, so that cron sends a mail
# only about a failure. The log is nightly.log in the work folder once the run has ended. A run that is
# still going makes this one end with code 75; a run that was interrupted is continued.
set -euo pipefail
# shellcheck source=../lib.sh
source "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/../lib.sh"

parse_options "$@"
if [[ -n $help ]]; then
  header
  exit 0
fi
work=${work:-runs/v5.2-$variant}
mkdir -p "$work" || fail 73 "$work: cannot be made; name another folder with --work"
log=$work/nightly.log

# The log of a run that is still going is left alone.
status=0
"$pipelines/v5.2.sh" "$@" >"$log.$$" 2>&1 || status=$?
if ((status != 0)); then cat "$log.$$" >&2; fi
if ((status == 75)); then rm "$log.$$"; else mv "$log.$$" "$log"; fi
exit "$status"
