#!/usr/bin/env bash
# How many findings one fault makes: a campaign against each mutant of the reference, which has one fault each. A reader wants one
# finding of each; more are several tellings of one fault, and none is a fault that no request over the wire can show.
#
# Usage: harness/bench/findings.sh [EXECUTIONS] [MUTANT...]. Without names all mutants, two at a time, in about half an hour. Prints a
# line for each mutant (`-` where the endpoint takes no campaign), and then how many of them made how many findings. It builds the release profile.
set -euo pipefail
cd "$(dirname "$0")/../.."
export executions=${1:-4096}
shift || true
cargo build --quiet --release
export fullstop=target/release/fullstop
export scratch
scratch=$(mktemp -d)
trap 'rm -r "$scratch"' EXIT

campaign() {
  local mutant=$1 of="$scratch/$1"
  mkdir "$of"
  "$fullstop" serve --mutant "$mutant" --control > "$of/url" 2>/dev/null &
  local server=$!
  until [ -s "$of/url" ]; do :; done
  "$fullstop" fuzz --endpoint "$(cat "$of/url")" --execs "$executions" --time 25s --seed 1 --findings "$of/findings" \
    --json "$of/fuzz.json" > "$of/out" 2>&1 || true
  kill "$server"
  if [ -f "$of/fuzz.json" ]; then
    echo "$(grep -c '"executions_to_find"' "$of/fuzz.json" || true) $mutant"
  else
    echo "- $mutant"
  fi
  rm -r "$of"
}
export -f campaign

mutants=("$@")
if [ "${#mutants[@]}" -eq 0 ]; then
  mapfile -t mutants < <("$fullstop" mutants | awk 'NF {print $1}')
fi
printf '%s\n' "${mutants[@]}" | xargs -P 2 -I {} bash -c 'campaign {}' | tee "$scratch/counts"
awk '$1 != "-" {mutants[$1]++} END {for (count in mutants) printf "%d findings: %d mutants\n", count, mutants[count]}' "$scratch/counts" | sort -n
