#!/usr/bin/env bash
# The reference of FlashShared as a DocC archive, from a finished build and without warnings:
#   docc.sh FOLDER-OF-THE-BUILD OUTPUT.doccarchive
# The topics of its first page are the rooms (Sources/rooms.txt) with what is public in each. Any web
# server shows the archive.
set -euo pipefail

(($# == 2)) || {
  echo "usage: ${0##*/} FOLDER-OF-THE-BUILD OUTPUT.doccarchive" >&2
  exit 64
}
root=$(cd "$(dirname "$0")/.." && pwd)
modules=$1/Modules output=$2
[[ -e $modules/FlashShared.swiftmodule ]] || {
  echo "${0##*/}: $modules/FlashShared.swiftmodule is not there; run 'make' first" >&2
  exit 66
}
docc=$(dirname "$(readlink -f "$(command -v swift)")")/docc
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The module's C modules: those of the repository, and the headers of the libraries behind them.
includes=()
for map in "$root"/Sources/*/module.modulemap; do includes+=(-I "$(dirname "$map")"); done
for flag in $(pkg-config --cflags-only-I openblas jansson libcrypto); do includes+=("$flag"); done

mkdir "$work/graphs"
swift symbolgraph-extract -module-name FlashShared -I "$modules" "${includes[@]}" \
  -target "$(swiftc -print-target-info | jq -r .target.unversionedTriple)" \
  -minimum-access-level public -output-dir "$work/graphs"
cp -r "$root/Sources/FlashShared/Documentation.docc" "$work/"
"$root/install/docc-topics.py" "$root/Sources/rooms.txt" "$work/graphs/FlashShared.symbols.json" \
  >>"$work/Documentation.docc/FlashShared.md"

# DocC's own check of parameters asks for each or none and knows no groups ("keys, values: …");
# docc-topics.py checks that those which are documented exist.
rm -rf "$output"
"$docc" convert "$work/Documentation.docc" --additional-symbol-graph-dir "$work/graphs" \
  --fallback-display-name FlashShared --fallback-bundle-identifier FlashShared \
  --disable-parameters-and-returns-validation --warnings-as-errors --output-path "$output"
