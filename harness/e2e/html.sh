#!/usr/bin/env bash
# Looks at reports as their readers do: the page in a real headless Chromium, the XML by Jenkins's schema.
#
#   harness/e2e/html.sh [FOLDER]    check; screenshots go to FOLDER, or to target/e2e/html
set -euo pipefail
cd "$(dirname "$0")/../.."

fullstop=${FULLSTOP_E2E_BINARY:-$PWD/target/release/fullstop}
out=${1:-$PWD/target/e2e/html}
mkdir -p "$out"
[ -n "${FULLSTOP_E2E_BINARY:-}" ] || cargo build --quiet --release

# Three targets: right, wrong, and wrong in another way.
served() {
  # An address of an earlier time would be taken for this one's.
  rm -f "$out/$1.address"
  "$fullstop" serve --mutant "$1" >"$out/$1.address" 2>/dev/null &
  servers+=($!)
  for _ in $(seq 300); do [ -s "$out/$1.address" ] && break; sleep 0.1; done
  "$fullstop" run --endpoint "$(head -n 1 "$out/$1.address")" --json "$out/$1.json" --quiet >"$out/$1.txt" || [ $? = 1 ]
}
servers=()
trap 'kill "${servers[@]}" 2>/dev/null || true' EXIT
"$fullstop" run --json "$out/reference.json" --quiet >/dev/null
served job-id-length-unchecked
served request-id-missing

"$fullstop" report "$out/job-id-length-unchecked.json" --html "$out/one.html" --junit "$out/one.xml"
"$fullstop" report reference="$out/reference.json" length="$out/job-id-length-unchecked.json" ids="$out/request-id-missing.json" \
  --html "$out/three.html" --junit "$out/three.xml" --markdown "$out/three.md"
python3 harness/e2e/hostile.py "$out/job-id-length-unchecked.json" "$out/hostile.json"
"$fullstop" report "$out/hostile.json" --html "$out/hostile.html" --junit "$out/hostile.xml" --markdown "$out/hostile.md"

for xml in one three hostile; do
  xmllint --noout --schema harness/e2e/junit-10.xsd "$out/$xml.xml"
done
python3 harness/e2e/html.py "$out"
