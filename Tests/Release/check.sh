#!/usr/bin/env bash
# Checks that CHANGELOG.md and CITATION.cff name the version that the tools print, and one date:
#   check.sh [REPOSITORY]
# Exits with 1 and a line for each difference.
set -euo pipefail

cd "${1:-$(dirname "${BASH_SOURCE[0]}")/../..}"
failed=0
source=Sources/ToolSupport/Version.swift
version=$(sed -n 's/.*static let version = "\(.*\)"$/\1/p' "$source")
[[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]] || {
  echo "$source: has no line 'static let version = \"1.2.3\"'"
  exit 1
}

# expect FILE WHAT FOUND WANTED
expect() {
  [[ $3 == "$4" ]] || {
    echo "$1: $2 is '$3' and should be '$4'; $source says which version this is"
    failed=1
  }
}

# The newest heading of a release: ## [1.2.3] - 2026-01-31
release=$(sed -n 's/^## \[\([0-9].*\)\] - \(.*\)$/\1 \2/p' CHANGELOG.md | head -n 1)
expect CHANGELOG.md 'the newest release' "${release% *}" "$version"
expect CITATION.cff 'version' "$(sed -n 's/^version: //p' CITATION.cff)" "$version"
expect CITATION.cff 'date-released' \
  "$(sed -n 's/^date-released: "\(.*\)"$/\1/p' CITATION.cff)" "${release#* }"
exit "$failed"
