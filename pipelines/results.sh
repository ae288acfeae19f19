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
source "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/lib.sh"

read_options note -- "$@"
if [[ -n $help ]]; then
  header
  exit 0
fi
((${#words[@]} <= 2)) || die "at most a folder and a repository are given; not ${#words[@]} words"
folder=$(plain_path "${words[0]:-runs/all}")
root=$(realpath -- "${words[1]:-$pipelines/..}")
readme=$root/README.md

[[ -s $folder/report.md ]] || die "$folder/report.md is not there; run pipelines/all.sh first"
[[ -f $readme ]] || die "$readme is not there; name the repository after the folder"
[[ $(grep -c -x -e '<!-- results -->' -e '<!-- end of results -->' "$readme") == 2 ]] ||
  die "$readme: has not one line <!-- results --> and one <!-- end of results -->"
note=${given[note]:-$(head -n 1 "$folder/report.md")}

# The records of a run take the place of older ones when all are there.
for run in "$folder"/*/run; do
  name=$(basename "$(dirname "$run")")
  [[ -e $run/recipe.json && -e $run/log.jsonl ]] || {
    echo "== $name: left out; it has no recipe.json and log.jsonl" >&2
    continue
  }
  kept=$root/results/runs/$name
  rm -rf "$kept.new"
  mkdir -p "$kept.new/run"
  cp "$run"/{recipe.json,log.jsonl} "$kept.new/run"
  for record in evaluation.json protocol.json leak.json quality.json samples.jsonl; do
    [[ ! -e $folder/$name/$record ]] || cp "$folder/$name/$record" "$kept.new"
  done
  rm -rf "$kept"
  mv "$kept.new" "$kept"
done

cd "$root"
tool fl-eval report results/runs/*/run --format markdown --note "$note" --output results/report.md

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
