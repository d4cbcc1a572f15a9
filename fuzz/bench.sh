#!/usr/bin/env bash
# How fast the targets are, each beside what it cannot do without, in one run: `bash fuzz/bench.sh [SECONDS]`.
#
# Executions are counted by CPU-second of the process, so that a busy machine changes little. Optimised, without sanitizer and
# without traced compares, as long campaigns are built.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-10}
triple=$(rustc -vV | sed -n 's/^host: //p')
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cargo fuzz build -O -s none --no-trace-compares --features bench >&2

# Executions by CPU-second of a binary, begun with the seeds of a target.
measure() {
  local binary=$1 seeds=$2 corpus="$work/$1"
  mkdir -p "$corpus"
  [ -z "$seeds" ] || cp "fuzz/seeds/$seeds"/* "$corpus/"
  TIMEFORMAT=%U
  { time "target/$triple/release/$binary" -seed=1 -max_total_time="$seconds" -max_len=4096 -print_final_stats=1 "$corpus" \
    > "$work/out" 2>&1; } 2> "$work/cpu"
  awk -v cpu="$(cat "$work/cpu")" '/stat::number_of_executed_units/ { printf "%d\n", $2 / cpu }' "$work/out"
}

empty=$(measure empty structured)
structured=$(measure structured structured)
empty_codec=$(measure empty_codec codec)
codec=$(measure codec codec)
awk -v e="$empty" -v s="$structured" -v ec="$empty_codec" -v c="$codec" 'BEGIN {
  printf "empty libFuzzer target        %9d executions a CPU-second\n", e
  printf "structured                    %9d   1/%.1f of it (wanted: at least 1/30)\n", s, e / s
  printf "codec round an empty service  %9d\n", ec
  printf "codec                         %9d   %.0f %% of it (wanted: at least 60 %%)\n", c, 100 * c / ec
}'
