#!/usr/bin/env bash
# Man pages and shell completions of the tools, as the tools themselves tell them:
#   documents.sh FOLDER-OF-THE-TOOLS OUTPUT TOOL…
# writes OUTPUT in the layout of share/: man, bash-completion, zsh and fish.
set -euo pipefail

(($# > 2)) || {
  echo "usage: ${0##*/} FOLDER-OF-THE-TOOLS OUTPUT TOOL…" >&2
  exit 64
}
here=$(cd "$(dirname "$0")" && pwd)
tools=$1 output=$2
shift 2

# The date of the sources where a packager gives it, so that pages can be made again.
date=$(LC_ALL=C date -u ${SOURCE_DATE_EPOCH:+-d "@$SOURCE_DATE_EPOCH"} '+%B %-d, %Y')
rm -rf "$output.new"
mkdir -p "$output.new"/{man/man1,man/man5,bash-completion/completions,zsh/site-functions,fish/vendor_completions.d}
for tool in "$@"; do
  version=$("$tools/$tool" --version)
  "$tools/$tool" --experimental-dump-help |
    jq --raw-output --arg version "$version" --arg date "$date" --arg others "$*" \
      --from-file "$here/manual.jq" >"$output.new/man/man1/$tool.1"
  "$tools/$tool" --generate-completion-script bash >"$output.new/bash-completion/completions/$tool"
  "$tools/$tool" --generate-completion-script zsh >"$output.new/zsh/site-functions/_$tool"
  "$tools/$tool" --generate-completion-script fish >"$output.new/fish/vendor_completions.d/$tool.fish"
done
# What recipes may say stands in the tool that reads them.
if [[ " $* " == *" fl-train "* ]]; then
  "$tools/fl-train" --schema |
    jq --raw-output --arg version "$("$tools/fl-train" --version)" --arg date "$date" \
      --from-file "$here/recipe.jq" >"$output.new/man/man5/flashlm-recipe.5"
fi
rm -rf "$output"
mv "$output.new" "$output"
