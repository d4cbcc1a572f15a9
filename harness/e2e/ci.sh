#!/usr/bin/env bash
# Runs the shell of the GitHub action and of the examples in docs/ci, as it stands in their YAML, against the reference.
#
# What the two services do themselves (checkout, cache, upload) is not run; what is written in shell is, so that it cannot
# rot. fullstop is installed from here, in the place where the steps look for it.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
cache=${FULLSTOP_E2E_CACHE:-$PWD/target/e2e}
action=$root/.github/actions/fullstop/action.yml

fail() { echo "ci.sh: $*" >&2; exit 1; }

if ! "$cache/yaml/bin/python" -c 'import yaml' 2>/dev/null; then
  python3 -m venv "$cache/yaml"
  "$cache/yaml/bin/pip" install --quiet pyyaml==6.0.2
fi
shell_of() { "$cache/yaml/bin/python" "$root/harness/e2e/steps.py" "$@"; }

# A fullstop that is built already, or one that is built now.
fullstop=${FULLSTOP_E2E_BINARY:-$PWD/target/release/fullstop}
[ -n "${FULLSTOP_E2E_BINARY:-}" ] || cargo build --quiet --release
work=$(mktemp -d)
trap 'jobs -p | xargs -r kill 2>/dev/null; rm -rf "$work"' EXIT
mkdir -p "$work/bin"
export PATH=$work/bin:$PATH

# `my-emulator --port N`: the reference, wrong on purpose where MUTANT says so.
cat >"$work/bin/my-emulator" <<END
#!/bin/sh
exec "$fullstop" serve "\$@" \${MUTANT:+--mutant "\$MUTANT"}
END
chmod +x "$work/bin/my-emulator"

# A step of GitHub: bash with its flags, and the files that it may write.
step() {
  local file=$1 name=$2
  shell_of "$file" "$name" >"$work/step.sh"
  bash --noprofile --norc -eo pipefail "$work/step.sh"
}

# github MUTANT EXIT: the example of docs/ci, with the action in it, in a folder with a ledger.
github() {
  local wanted=$2 code=0
  export MUTANT=$1
  echo "github, ${1:-no mutant}"
  rm -rf "$work/github" && mkdir -p "$work/github/temp/fullstop/bin" && cd "$work/github"
  export RUNNER_TEMP=$PWD/temp GITHUB_ACTION_PATH=${action%/*}
  export GITHUB_OUTPUT=$PWD/output GITHUB_PATH=$PWD/path GITHUB_STEP_SUMMARY=$PWD/summary
  touch output path summary
  cp "$fullstop" temp/fullstop/bin/
  : >fullstop.ledger.toml
  step "$root/docs/ci/github.yml" 'Start the emulator'
  VERSION='' step "$action" 'Key of the build'
  grep -qE '^key=[0-9a-f]{16}$' output || fail "the key of the build is $(cat output)"
  VERSION='' step "$action" Install
  grep -qx "$RUNNER_TEMP/fullstop/bin" path || fail 'fullstop is not put on the path'
  PATH=$(cat path):$PATH
  ENDPOINT=http://127.0.0.1:4566 TARGET='' LEDGER=fullstop.ledger.toml STRICT=false ARGS='--quiet --seed 3' \
    step "$action" Run >run.txt || code=$?
  cat emulator.log >/dev/null
  kill %1 && wait %1 || true
  [ "$code" = "$wanted" ] || { cat run.txt; fail "the action ends with $code, not $wanted"; }
  grep -qx "exit=$wanted" output || fail "the output says $(grep exit= output)"
  grep -q divergence summary || fail 'the summary does not show the figures'
  python3 -c 'import json, sys; sys.exit(json.load(open("temp/fullstop-results/results.json"))["seed"] != 3)' \
    || fail 'further arguments are lost'
  grep -q '<testsuites' temp/fullstop-results/results.xml || fail 'results.xml is no JUnit'
  cd "$root"
}

# gitlab MUTANT EXIT
gitlab() {
  local wanted=$2 code=0
  export MUTANT=$1
  echo "gitlab, ${1:-no mutant}"
  rm -rf "$work/gitlab" && mkdir -p "$work/gitlab/.fullstop/bin" && cd "$work/gitlab"
  cp "$fullstop" .fullstop/bin/
  : >fullstop.ledger.toml
  # GitLab runs the lines of a job in one shell and ends what they left running.
  shell_of "$root/docs/ci/gitlab.yml" stop-user-import-job >job.sh
  FULLSTOP_VERSION=0.1.0 bash -eo pipefail -c 'trap "kill %1" EXIT; . ./job.sh' >run.txt 2>&1 || code=$?
  [ "$code" = "$wanted" ] || { cat run.txt; fail "the job ends with $code, not $wanted"; }
  grep -q '<testsuites' results.xml || fail 'results.xml is no JUnit'
  cd "$root"
}

github '' 0
github missing-pool-as-invalid-parameter 1
gitlab '' 0
gitlab missing-pool-as-invalid-parameter 1
echo 'the action and both examples do as they say'
