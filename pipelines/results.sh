#!/usr/bin/env bash
# Keeps what pipelines/all.sh ran: the records of the runs in results/runs/ (recipes, logs, measurements
# and samples; not the models), the report over all that are there in results/, and its first table in
# the README, between the lines <!-- results --> and <!-- end of results -->.
#
#   pipelines/results.sh [--note TEXT] [FOLDER [REPOSITORY]]
#
# FOLDER is runs/all unless named, REPOSITORY that of this script. Records of a run replace older ones
# of the same name. The note says what the figures were measured with: that of FOLDER's report.
set -euo pipefail
# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

note=''
case ${1:-} in
  -h | --help) sed -n '2,/^set/p' "$0" | grep '^#' | cut -c 3- && exit 0 ;;
  --note) note=$2 && shift 2 ;;
esac
folder=${1:-runs/all}
root=$(cd "${2:-$pipelines/..}" && pwd)
readme=$root/README.md

[[ -s $folder/report.md ]] || die "$folder/report.md is not there; run pipelines/all.sh first"
[[ $(grep -c -x -e '<!-- results -->' -e '<!-- end of results -->' "$readme") == 2 ]] ||
  die "$readme: has not one line <!-- results --> and one <!-- end of results -->"
note=${note:-$(head -n 1 "$folder/report.md")}

for run in "$folder"/*/run; do
  name=$(basename "$(dirname "$run")")
  rm -rf "$root/results/runs/$name"
  mkdir -p "$root/results/runs/$name/run"
  cp "$run"/{recipe.json,log.jsonl} "$root/results/runs/$name/run"
  for record in evaluation.json protocol.json leak.json quality.json samples.jsonl; do
    [[ ! -e $folder/$name/$record ]] || cp "$folder/$name/$record" "$root/results/runs/$name"
  done
done

cd "$root"
fl-eval report results/runs/*/run --format markdown --note "$note" --output results/report.md

# The note and the first section, without its heading.
awk '
  $0 == "<!-- results -->" {
    print; print ""
    while ((getline line < "results/report.md") > 0) {
      if (line ~ /^## / && sections++) break
      if (line !~ /^## /) print line
    }
    skipping = 1
  }
  $0 == "<!-- end of results -->" { skipping = 0 }
  !skipping
' "$readme" | cat -s >"$readme.new"
mv "$readme.new" "$readme"
