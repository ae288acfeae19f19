#!/bin/sh
# list-models.sh OUTPUT MODEL…: writes the list of the types that conform to LanguageModel.
set -eu
output=$1
shift
{
  echo 'extension ModelRegistry {'
  echo '  static let architectures: [any LanguageModel.Type] = ['
  sed -n 's/^public struct \([A-Za-z0-9]*\): LanguageModel {$/    \1.self,/p' "$@"
  echo '  ]'
  echo '}'
} >"$output"
