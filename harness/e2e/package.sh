#!/usr/bin/env bash
# What `cargo package` packs is whole: it holds the cases and snapshots, it builds, and what is installed from it is the suite.
set -euo pipefail
cd "$(dirname "$0")/../.."
cache=${FULLSTOP_E2E_CACHE:-$PWD/target/e2e}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cargo package --quiet --locked --allow-dirty --no-verify --target-dir "$cache/package"
tar -xzf "$cache"/package/package/fullstop-*.crate -C "$work"
packed=("$work"/fullstop-*)

# Every file of these folders is inside, and nothing of a machine's own.
for folder in cases snapshots harness/src harness/published; do
  diff <(git ls-files "$folder") <(cd "${packed[0]}" && find "$folder" -type f | LC_ALL=C sort)
done

CARGO_TARGET_DIR=$cache/packaged cargo install --quiet --locked --debug --root "$work/installed" --path "${packed[0]}"
cd "$work"
[ "$("$work/installed/bin/fullstop" list | wc -l)" -ge 400 ] || { echo "package.sh: cases are missing" >&2; exit 1; }
"$work/installed/bin/fullstop" run --quiet
echo "the package holds every case and snapshot, and what is installed from it is green"
