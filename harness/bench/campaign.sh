#!/usr/bin/env bash
# How near a campaign comes to the speed limit of the machine: wrk with a valid Stop body and `fullstop fuzz`, in turns, over as
# many connections, against the same server with one thread. Prints the medians of all rounds, since a shared machine is faster
# in one second than in the next.
#
# Usage: harness/bench/campaign.sh [SECONDS] [CONNECTIONS] [ROUNDS]. It needs wrk and curl, and builds what a release ships: the profile `dist`.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-4}
connections=${2:-64}
rounds=${3:-5}
fullstop=target/dist/fullstop
command -v wrk >/dev/null || { echo "install wrk first: apt-get install wrk" >&2; exit 2; }
cargo build --quiet --profile dist
scratch=$(mktemp -d)
"$fullstop" serve --auth off --threads 1 --control > "$scratch/url" &
server=$!
trap 'kill "$server"; rm -r "$scratch"' EXIT
until [ -s "$scratch/url" ]; do :; done
url=$(cat "$scratch/url")
ids=$(curl -sS "$url/_fullstop/jobs" --data-raw '{"status":"InProgress"}')
cat > "$scratch/stop.lua" <<LUA
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/x-amz-json-1.1"
wrk.headers["X-Amz-Target"] = "AWSCognitoIdentityProviderService.StopUserImportJob"
wrk.body = [[$ids]]
LUA
limit() {
  wrk -t1 -c"$connections" -d"${seconds}s" -s "$scratch/stop.lua" "$url/" | awk '/Requests\/sec/ {print $2}'
}
rate() {
  "$fullstop" fuzz --endpoint "$url" --time "${seconds}s" --concurrency "$connections" --generators directed \
    --findings "$scratch/findings" --json "$scratch/fuzz.json" "$@" > "$scratch/out" || { cat "$scratch/out" >&2; exit 1; }
  awk -F'[:,]' '/"rate"/ {print $2}' "$scratch/fuzz.json"
}
for _ in $(seq "$rounds"); do
  echo "$(limit) $(rate --unsigned) $(rate)"
done > "$scratch/rounds"
median() { sort -n | awk '{all[NR] = $1} END {print all[int((NR + 1) / 2)]}'; }
# of NAME COLUMN WHAT: the median rate, and the median and the span of its share in the wrk of the same round.
of() {
  local shares=$scratch/shares
  awk -v column="$2" '{print 100 * $column / $1}' "$scratch/rounds" | sort -n > "$shares"
  awk -v name="$1" -v what="$3" -v rate="$(awk -v column="$2" '{print $column}' "$scratch/rounds" | median)" \
    -v share="$(median < "$shares")" -v least="$(head -n 1 "$shares")" -v most="$(tail -n 1 "$shares")" \
    'BEGIN {printf "%-9s %8.0f %s a second, %.0f %% of wrk (%.0f to %.0f)\n", name, rate, what, share, least, most}'
}
of wrk 1 requests
of unsigned 2 executions
of signed 3 executions
