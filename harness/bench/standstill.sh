#!/usr/bin/env bash
# Whether a test depends on the pace of the machine: runs the tests of the suite while all of their processes, endpoints
# included, stand still now and then, as a machine does that has others to serve.
#
# Usage: harness/bench/standstill.sh [SECONDS_STILL [SECONDS_BETWEEN [FILTER...]]]. Without a filter it takes a quarter of an hour.
set -euo pipefail
cd "$(dirname "$0")/../.."
still=${1:-1.3}
between=${2:-3}
shift $(($# < 2 ? $# : 2))
tests=$(cargo test --no-run --test suite --message-format=json 2>/dev/null |
  sed -n 's/.*"executable":"\([^"]*\/suite-[^"]*\)".*/\1/p')
export CARGO_BIN_EXE_fullstop=$PWD/target/debug/fullstop
cd harness
setsid "$tests" "$@" &
group=$!
trap 'kill -CONT -- "-$group" 2>/dev/null; kill -- "-$group" 2>/dev/null || true' EXIT
while sleep "$between" && kill -0 "$group" 2>/dev/null; do
  kill -STOP -- "-$group" && sleep "$still"
  kill -CONT -- "-$group"
done
wait "$group"
