#!/usr/bin/env bash
# Runs the test suite under a sanitizer of the compiler: `run.sh address` or `run.sh thread`, and
# behind that what `swift test` takes, such as --filter Formats. A report ends the run with a failure.
# The build has a folder of its own, .build-address or .build-thread.
set -euo pipefail
cd "$(dirname "$0")/../.."
kind=${1:-}
[[ $kind == address || $kind == thread ]] || { echo "usage: $0 address|thread [options]" >&2 && exit 64; }
shift
here=$PWD/Tests/Sanitizers
# Swift keeps what lives as long as the program and is reached only by tagged pointers, which the
# search for leaks does not see: fuzzing, which runs long enough to tell, looks for leaks instead.
export ASAN_OPTIONS=detect_leaks=0:halt_on_error=1:abort_on_error=1
export FLASHLM_SANITIZE=1
export TSAN_OPTIONS=halt_on_error=1:suppressions=$here/thread.supp
swift build -c release --build-tests --sanitize "$kind" --scratch-path ".build-$kind" \
  -Xswiftc -enable-testing
exec swift test -c release --sanitize "$kind" --scratch-path ".build-$kind" --skip-build \
  -Xswiftc -enable-testing "$@"
