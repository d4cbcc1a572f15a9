#!/usr/bin/env bash
# Whether a campaign's memory is flat: runs one against the reference in a process of its own, reads the resident size every
# five seconds, and prints ten of them and the slope over the second half (the first fills what is bounded).
#
# Usage: harness/bench/memory.sh [SECONDS]. It needs a release build.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-600}
fullstop=target/release/fullstop
cargo build --quiet --release
scratch=$(mktemp -d)
"$fullstop" serve --auth off --in-progress-ms 3600000 > "$scratch/url" &
server=$!
trap 'kill "$server"; rm -r "$scratch"' EXIT
until [ -s "$scratch/url" ]; do :; done
# Unsigned, as the reference looks at no signature here: letting a wrong one through would be a finding, and rightly.
"$fullstop" fuzz --endpoint "$(cat "$scratch/url")" --unsigned --time "${seconds}s" --findings "$scratch/findings" \
  --corpus "$scratch/corpus" > "$scratch/out" 2>&1 &
campaign=$!
start=$SECONDS
while kill -0 "$campaign" 2>/dev/null; do
  size=$(awk '/VmRSS/ {print $2}' "/proc/$campaign/status" 2>/dev/null || true)
  [ -n "$size" ] && echo "$((SECONDS - start)) $size" >> "$scratch/sizes"
  sleep 5
done
cat "$scratch/out"
awk -v half="$((seconds / 2))" '
  $1 >= half { n++; x += $1; y += $2; xx += $1 * $1; xy += $1 * $2 }
  { size[NR] = $2; last = $2; if ($2 > most) most = $2 }
  END {
    printf "resident, by tenths:"
    for (tenth = 1; tenth <= 10; tenth++) printf " %.1f", size[int((NR * tenth + 9) / 10)] / 1024
    printf " MiB\n"
    slope = n > 1 ? (n * xy - x * y) / (n * xx - x * x) : 0
    printf "resident: at most %.1f MiB, at the end %.1f MiB; slope over the second half %.1f KiB a minute\n", most / 1024, last / 1024, slope * 60
  }' "$scratch/sizes"
