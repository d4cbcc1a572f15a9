#!/usr/bin/env bash
# Runs doctor, the suite, the life of a job, the ledger and compare against emulators that nobody here wrote, and compares what
# is found with what is expected.
# docs/findings.md tells what it means.
#
#   harness/e2e/emulators.sh            check
#   harness/e2e/emulators.sh --bless    write what was found as the new expectation, to be reviewed as a diff
#
# FULLSTOP_E2E_SKIP_FAKECLOUD=yes leaves out fakecloud, which takes ten minutes to build, unless it is there already.
# FULLSTOP_E2E_BINARY names a fullstop that is built already.
#
# The emulators bind every interface, so that they run in a network namespace of their own that has nothing but loopback.
set -euo pipefail
cd "$(dirname "$0")/../.."

cache=${FULLSTOP_E2E_CACHE:-$PWD/target/e2e}
fullstop=${FULLSTOP_E2E_BINARY:-$PWD/target/release/fullstop}
expected=$PWD/harness/e2e/expected

cognitox=cognitox-0.1.2
fakecloud=fakecloud-0.9.0
ministack=ministack-1.5.33
cognito_local=cognito-local-5.3.0

# from_cargo NAME-VERSION: installs a crate's command into the cache.
from_cargo() {
  [ -x "$cache/$1/bin/${1%-*}" ] && return
  # CARGO_TARGET_DIR: the emulator's objects are not ours to keep.
  CARGO_PROFILE_DEV_DEBUG=0 CARGO_TARGET_DIR="$cache/build" cargo install --quiet --locked --debug \
    --root "$cache/$1" "${1%-*}" --version "${1##*-}"
  rm -rf "$cache/build"
}

has_fakecloud() { [ -x "$cache/$fakecloud/bin/fakecloud" ]; }

install() {
  mkdir -p "$cache" "$expected"
  from_cargo "$cognitox"
  if [ "${FULLSTOP_E2E_SKIP_FAKECLOUD:-}" != yes ]; then from_cargo "$fakecloud"; fi
  if ! [ -x "$cache/$ministack/bin/ministack" ]; then
    python3 -m venv "$cache/$ministack"
    "$cache/$ministack/bin/pip" install --quiet "ministack==${ministack##*-}"
  fi
  if ! [ -x "$cache/$cognito_local/node_modules/.bin/cognito-local" ]; then
    npm install --silent --no-audit --no-fund --prefix "$cache/$cognito_local" "cognito-local@${cognito_local##*-}"
  fi
  [ -n "${FULLSTOP_E2E_BINARY:-}" ] || cargo build --quiet --release
}

# Runs this script's second half where only loopback exists.
isolated() {
  local inside=(bash "$0" --inside "$@")
  if [ "$(id -u)" = 0 ]; then
    unshare --net "${inside[@]}"
  elif unshare --net --map-root-user true 2>/dev/null; then
    unshare --net --map-root-user "${inside[@]}"
  else
    sudo -n --preserve-env=PATH,FULLSTOP_E2E_CACHE,FULLSTOP_E2E_BINARY unshare --net "${inside[@]}"
  fi
}

fail() { echo "emulators.sh: $*" >&2; exit 1; }

# start PORT COMMAND…: runs an emulator and waits until it answers; the first answer may load half of it.
start() {
  local port=$1
  shift
  "$@" >"$work/$port.log" 2>&1 &
  for _ in $(seq 300); do
    curl --silent --max-time 20 --output /dev/null "http://127.0.0.1:$port/" && break
    sleep 0.1
  done
  curl --silent --max-time 60 --output /dev/null "http://127.0.0.1:$port/" \
    -H 'Content-Type: application/x-amz-json-1.1' \
    -H 'X-Amz-Target: AWSCognitoIdentityProviderService.ListUserPools' --data-raw '{"MaxResults":1}' \
    || { tail -n 5 "$work/$port.log" >&2; fail "nothing answers on port $port"; }
}

# ends WANTED COMMAND…: the exit code of a command, its output in $work/out.
ends() {
  local wanted=$1 code=0
  shift
  "$@" >"$work/out" 2>&1 || code=$?
  [ "$code" = "$wanted" ] || { tail -n 15 "$work/out" >&2; fail "exit $code, expected $wanted: $*"; }
}

# expect FILE: that a file is as it is expected.
expect() {
  if [ "$bless" = yes ]; then cp "$work/$1" "$expected/$1"; fi
  diff -u "$expected/$1" "$work/$1"
}

# look NAME PORT EXIT SAYS: what doctor finds, and the line that it ends with.
look() {
  local name=$1 url=http://127.0.0.1:$2 exit=$3 says=$4
  ends "$exit" "$fullstop" doctor --endpoint "$url" --json "$work/$name.json"
  tail -n 1 "$work/out" | grep -qxF "$says" || { tail -n 3 "$work/out" >&2; fail "$name: doctor does not say: $says"; }
  python3 harness/e2e/doctor.py "$work/$name.json" >"$work/$name.doctor"
  expect "$name.doctor"
  echo "$name: doctor: exit $exit: $says"
}

# judge NAME PORT EXIT: the suite, and its verdicts.
judge() {
  local name=$1 url=http://127.0.0.1:$2 exit=$3
  ends "$exit" "$fullstop" run --endpoint "$url" --json "$work/$name.json" --quiet
  python3 harness/e2e/verdicts.py "$work/$name.json" >"$work/$name.verdicts"
  expect "$name.verdicts"
  echo "$name: exit $exit, $(grep -c ^divergent "$work/$name.verdicts" || true) findings as expected"
}

# behind PORT ENDPOINT_PORT WHAT COMMAND…: a command while something stands between it and the endpoint.
behind() {
  local port=$1 process
  python3 harness/e2e/between.py "$1" "$2" "$3" >"$work/between.log" 2>&1 &
  process=$!
  shift 3
  for _ in $(seq 100); do (: >"/dev/tcp/127.0.0.1/$port") 2>/dev/null && break; sleep 0.05; done
  "$@"
  kill "$process"
  wait "$process" 2>/dev/null || true
  ! grep -q Traceback "$work/between.log" || { cat "$work/between.log" >&2; fail "between.py failed"; }
}

# ledger NAME PORT: adopted it is green; a fault that it does not list is red, whether its entry is gone or a case came; a case of
# it that passes is an improvement, and pruned it is green again.
ledger() {
  local name=$1 url=http://127.0.0.1:$2 port=$2 file=$work/$1.toml dropped
  local between=$((port + 1000)) came=members/missing/job-id gone=job-id/length-max/one-over
  ends 0 "$fullstop" ledger update --ledger "$file" --from "$work/$name.json" --reason "as found on adoption"
  ends 0 "$fullstop" run --endpoint "$url" --ledger "$file" --quiet
  cp "$file" "$work/less.toml"
  dropped=$(python3 harness/e2e/ledger.py drop "$work/less.toml")
  ends 1 "$fullstop" run --endpoint "$url" --ledger "$work/less.toml" --quiet
  grep -qF "$dropped" "$work/out" || fail "$name: $dropped is not listed, and not reported"
  local entries
  entries=$(grep -c '^\[\[known' "$file")
  url=http://127.0.0.1:$between
  behind "$between" "$port" spoil ends 1 "$fullstop" run --endpoint "$url" --ledger "$file" --quiet
  grep -q "$came" "$work/out" || fail "$name: $came fails, and is not reported"
  behind "$between" "$port" mend ends 0 "$fullstop" run --endpoint "$url" --ledger "$file" --quiet
  grep -q '^improved' "$work/out" || fail "$name: $gone fails no longer, and no entry is improved"
  behind "$between" "$port" mend ends 0 "$fullstop" ledger prune --endpoint "$url" --ledger "$file"
  behind "$between" "$port" mend ends 0 "$fullstop" run --endpoint "$url" --ledger "$file" --quiet
  echo "$name: the ledger's $entries entries are green; red without «$dropped» and when $came fails; improved when $gone passes;" \
    "pruned to $(grep -c '^\[\[known' "$file") and green"
}

# live NAME PORT: learns the life of a job, and compares every meeting and every broken rule. Both are known to break one.
live() {
  local name=$1 port=$2 code=0
  "$fullstop" lifecycle --endpoint "http://127.0.0.1:$port" --races 10 --json "$work/$name.json" >"$work/$name.txt" || code=$?
  python3 harness/e2e/lifecycle.py "$work/$name.json" >"$work/$name.lifecycle"
  if [ "$code" != 1 ]; then
    tail -n 5 "$work/$name.txt"
    echo "$name: lifecycle: exit $code, expected 1" >&2
    return 1
  fi
  expect "$name.lifecycle"
  echo "$name: $(wc -l <"$work/$name.lifecycle") lines of its jobs' life as expected"
}

# compare URL…: how far the answers agree, pair by pair, of those that run here.
compare() {
  # Two of them do not have the operation, so that nothing was judged there.
  ends 3 "$fullstop" compare "$@" --json "$work/compared.json" --html "$work/compared.html"
  python3 - "$work/compared.json" "$cognitox=http://127.0.0.1:9229" "$fakecloud=http://127.0.0.1:4567" \
    "$ministack=http://127.0.0.1:4566" "$cognito_local=http://127.0.0.1:9230" >"$work/compared" <<'PYTHON'
import json
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    comparison = json.load(file)
names = {url: name for name, url in (argument.split("=", 1) for argument in sys.argv[2:])}
for pair in comparison["pairs"]:
    one, other = (names.get(pair[side], pair[side]) for side in ("one", "other"))
    print(f"{one} and {other} answer {pair['alike']} of {pair['compared']} alike")
for column in comparison["columns"]:
    print(f"{names.get(column['name'], column['name'])} is as published in {column['as_truth']} of {column['measured']}")
print("nearest to what was published:", *(names.get(name, name) for name in comparison["nearest"]))
PYTHON
  if [ "$bless" = yes ] && has_fakecloud; then cp "$work/compared" "$expected/compared"; fi
  if has_fakecloud; then cat "$expected/compared"; else grep -v "$fakecloud" "$expected/compared"; fi | diff -u - "$work/compared"
  grep -q '<h2 id="standings">' "$work/compared.html" || fail "the page does not show the comparison"
  echo "compare: $# targets, $(wc -l <"$work/compared") lines as expected"
}

inside() {
  work=$(mktemp -d)
  trap 'jobs -p | xargs -r kill 2>/dev/null; rm -rf "$work"' EXIT
  ip link set lo up
  local judged="StopUserImportJob can be judged here." lacks="StopUserImportJob cannot be judged here: it has no StopUserImportJob."

  start 9229 "$cache/$cognitox/bin/cognitox" --port 9229
  look "$cognitox" 9229 0 "$judged"
  judge "$cognitox" 9229 1
  python3 harness/e2e/findings.py "$cognitox" "$work/$cognitox.json" http://127.0.0.1:9229 "$fullstop"
  python3 harness/e2e/replays.py "$work/$cognitox.json"
  ledger "$cognitox" 9229
  live "$cognitox" 9229

  if has_fakecloud; then
    # It looks for a container engine that it does not need here.
    start 4567 env FAKECLOUD_CONTAINER_CLI=false "$cache/$fakecloud/bin/fakecloud" --addr 127.0.0.1:4567
    look "$fakecloud" 4567 0 "$judged"
    judge "$fakecloud" 4567 1
    python3 harness/e2e/findings.py "$fakecloud" "$work/$fakecloud.json" http://127.0.0.1:4567 "$fullstop"
    ledger "$fakecloud" 4567
    live "$fakecloud" 4567
  fi

  start 4566 env GATEWAY_PORT=4566 "$cache/$ministack/bin/ministack"
  look "$ministack" 4566 3 "$lacks"
  judge "$ministack" 4566 3

  # It keeps its state in the folder that it runs in.
  mkdir "$work/cognito-local"
  start 9230 env -C "$work/cognito-local" PORT=9230 HOST=127.0.0.1 "$cache/$cognito_local/node_modules/.bin/cognito-local"
  look "$cognito_local" 9230 3 "$lacks"
  judge "$cognito_local" 9230 3

  local all=(reference http://127.0.0.1:9229)
  if has_fakecloud; then all+=(http://127.0.0.1:4567); fi
  compare "${all[@]}" http://127.0.0.1:4566 http://127.0.0.1:9230
}

bless=no
case ${1:-} in
  --inside) bless=${2:-no}; inside ;;
  --bless) install; isolated yes ;;
  '') install; isolated no ;;
  *) echo "usage: $0 [--bless]" >&2; exit 2 ;;
esac
