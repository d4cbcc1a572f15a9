#!/usr/bin/env bash
# Builds and runs docs/examples/emulator as a project of somebody else would: the library with few features, its tests under
# cargo test and, where it is installed, under nextest.
set -euo pipefail
cd "$(dirname "$0")/../.."
cache=${FULLSTOP_E2E_CACHE:-$PWD/target/e2e}
# The versions of our own lock file, so that nothing else is fetched.
cp Cargo.lock docs/examples/emulator/Cargo.lock
cd docs/examples/emulator
export CARGO_TARGET_DIR=$cache/example CARGO_PROFILE_DEV_DEBUG=0

started=$(date +%s)
cargo test --no-run
echo "built in $(($(date +%s) - started)) s, $(cargo tree --prefix none --edges normal,dev | grep -v "(\*)" | sort -u | wc -l) crates"
cargo test
if cargo nextest --version >/dev/null 2>&1; then
  cargo nextest run
fi
