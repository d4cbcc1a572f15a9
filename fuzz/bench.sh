#!/usr/bin/env bash
# How fast the targets are, each beside what it cannot do without: `bash fuzz/bench.sh [SECONDS] [ROUNDS]`.
#
# All of them take turns, and the medians of all rounds are printed, since a shared machine is faster in one second than in the next.
# Each round has a seed of its own, since one seed may come to larger inputs than another.
# Executions are counted by CPU-second of the process, so that a busy machine changes little. Optimised, without sanitizer and
# without traced compares, as long campaigns are built, and with the options that they are run with (docs/fuzzing.md, "Speed").
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-5}
rounds=${2:-5}
triple=$(rustc -vV | sed -n 's/^host: //p')
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

options=(-entropic=0 -reduce_inputs=0 -use_counters=0)
cargo fuzz build -O -s none --no-trace-compares --features bench >&2

# Executions by CPU-second of a binary, begun with the seeds of a target.
measure() {
  local binary=$1 seeds=$2 seed=$3 corpus="$work/corpus"
  rm -rf "$corpus"
  mkdir "$corpus"
  cp "fuzz/seeds/$seeds"/* "$corpus/"
  TIMEFORMAT=%U
  { time "target/$triple/release/$binary" -seed="$seed" -max_total_time="$seconds" -max_len=4096 -print_final_stats=1 "${options[@]}" "$corpus" \
    > "$work/out" 2>&1; } 2> "$work/cpu"
  awk -v cpu="$(cat "$work/cpu")" '/stat::number_of_executed_units/ { printf "%d\n", $2 / cpu }' "$work/out"
}
for round in $(seq "$rounds"); do
  echo "$(measure empty structured "$round") $(measure structured structured "$round")" \
    "$(measure empty_codec codec "$round") $(measure codec codec "$round")"
done > "$work/rounds"

# The least, the median and the most of what a formula makes of each round.
span() {
  awk "{ print $1 }" "$work/rounds" | sort -n | awk '{ all[NR] = $1 } END { print all[1], all[int((NR + 1) / 2)], all[NR] }'
}
awk -v e="$(span '$1')" -v s="$(span '$2')" -v ec="$(span '$3')" -v c="$(span '$4')" \
  -v times="$(span '$1 / $2')" -v share="$(span '100 * $4 / $3')" '
  function middle(three) { split(three, part); return part[2] }
  BEGIN {
    split(times, t); split(share, p)
    printf "empty libFuzzer target        %9d executions a CPU-second\n", middle(e)
    printf "structured                    %9d   1/%.1f of it (1/%.1f to 1/%.1f; wanted: at least 1/30)\n", middle(s), t[2], t[3], t[1]
    printf "codec round an empty service  %9d\n", middle(ec)
    printf "codec                         %9d   %.0f %% of it (%.0f to %.0f; wanted: at least 60 %%)\n", middle(c), p[2], p[1], p[3]
  }'
