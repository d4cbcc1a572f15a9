#!/usr/bin/env bash
# How near a campaign comes to the speed limit of the machine: wrk with a valid Stop body and `fullstop fuzz`, one after the
# other, over as many connections, against the same server with one thread. Prints the ratios.
#
# Usage: harness/bench/campaign.sh [SECONDS] [CONNECTIONS]. It needs wrk, curl and a release build.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-10}
connections=${2:-64}
fullstop=target/release/fullstop
command -v wrk >/dev/null || { echo "install wrk first: apt-get install wrk" >&2; exit 2; }
cargo build --quiet --release
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
wrk=$(wrk -t1 -c"$connections" -d"${seconds}s" -s "$scratch/stop.lua" "$url/" | awk '/Requests\/sec/ {print $2}')
rate() {
  "$fullstop" fuzz --endpoint "$url" --time "${seconds}s" --concurrency "$connections" --generators directed \
    --findings "$scratch/findings" --json "$scratch/fuzz.json" "$@" > "$scratch/out" || { cat "$scratch/out" >&2; exit 1; }
  awk -F'[:,]' '/"rate"/ {print $2}' "$scratch/fuzz.json"
}
unsigned=$(rate --unsigned)
signed=$(rate)
awk -v wrk="$wrk" -v unsigned="$unsigned" -v signed="$signed" 'BEGIN {
  printf "wrk       %8.0f requests a second\n", wrk
  printf "unsigned  %8.0f executions a second, %.0f %% of wrk\n", unsigned, 100 * unsigned / wrk
  printf "signed    %8.0f executions a second, %.0f %% of wrk\n", signed, 100 * signed / wrk
}'
