#!/usr/bin/env bash
# Ends `run`, `fuzz` and `lifecycle` at 100 random moments, by SIGINT, SIGTERM and SIGKILL in turn, and has `fullstop sweep` delete what is left; then nothing
# may be. `FULLSTOP_KILLS_SEED=N` repeats the moments of another time; each run prints its own.
set -euo pipefail
cd "$(dirname "$0")/../.."
FULLSTOP_KILLS="${FULLSTOP_KILLS:-100}" cargo test --test suite -- \
  aws::kills::a_command_killed_at_any_moment_leaves_nothing_that_sweep_does_not_delete --exact --nocapture
