#!/usr/bin/env bash
# Runs the suite and the ledger against emulators that nobody here wrote, and compares what is found with what is expected.
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

# judge NAME PORT EXIT: the suite, and its verdicts.
judge() {
  local name=$1 url=http://127.0.0.1:$2 exit=$3
  ends "$exit" "$fullstop" run --endpoint "$url" --json "$work/$name.json" --quiet
  python3 harness/e2e/verdicts.py "$work/$name.json" >"$work/$name.verdicts"
  if [ "$bless" = yes ]; then cp "$work/$name.verdicts" "$expected/$name.verdicts"; fi
  diff -u "$expected/$name.verdicts" "$work/$name.verdicts"
  echo "$name: exit $exit, $(grep -c ^divergent "$work/$name.verdicts" || true) findings as expected"
}

# ledger NAME PORT CASE: adopted it is green, a fault that it does not list is red, a case of it that passes is stale.
ledger() {
  local name=$1 url=http://127.0.0.1:$2 passing=$3 file=$work/$1.toml dropped
  ends 0 "$fullstop" ledger update --ledger "$file" --from "$work/$name.json" --reason "as found on adoption"
  ends 0 "$fullstop" run --endpoint "$url" --ledger "$file" --quiet
  cp "$file" "$work/less.toml"
  dropped=$(python3 harness/e2e/ledger.py drop "$work/less.toml")
  ends 1 "$fullstop" run --endpoint "$url" --ledger "$work/less.toml" --quiet
  grep -q "$dropped" "$work/out" || fail "$name: $dropped is not listed, and not reported"
  python3 harness/e2e/ledger.py add "$file" "$passing"
  ends 5 "$fullstop" run --endpoint "$url" --ledger "$file" --quiet
  grep -q "$passing" "$work/out" || fail "$name: $passing passes, and is not reported as stale"
  echo "$name: the ledger's $(grep -c '^\[\[known' "$work/less.toml") other entries are green, one less is red, one more is stale"
}

# live NAME PORT: learns the life of a job, and compares every meeting and every broken rule. Both are known to break one.
live() {
  local name=$1 port=$2 code=0
  "$fullstop" lifecycle --endpoint "http://127.0.0.1:$port" --races 10 --json "$work/$name.json" >"$work/$name.txt" || code=$?
  python3 harness/e2e/lifecycle.py "$work/$name.json" >"$work/$name.lifecycle"
  if [ "$bless" = yes ]; then cp "$work/$name.lifecycle" "$expected/$name.lifecycle"; fi
  if [ "$code" != 1 ]; then
    tail -n 5 "$work/$name.txt"
    echo "$name: lifecycle: exit $code, expected 1" >&2
    return 1
  fi
  diff -u "$expected/$name.lifecycle" "$work/$name.lifecycle"
  echo "$name: $(wc -l <"$work/$name.lifecycle") lines of its jobs' life as expected"
}

inside() {
  work=$(mktemp -d)
  trap 'jobs -p | xargs -r kill 2>/dev/null; rm -rf "$work"' EXIT
  ip link set lo up

  start 9229 "$cache/$cognitox/bin/cognitox" --port 9229
  judge "$cognitox" 9229 1
  python3 harness/e2e/replays.py "$work/$cognitox.json"
  live "$cognitox" 9229
  ledger "$cognitox" 9229 state/missing-pool/absent-pool

  if has_fakecloud; then
    # It looks for a container engine that it does not need here.
    start 4567 env FAKECLOUD_CONTAINER_CLI=false "$cache/$fakecloud/bin/fakecloud" --addr 127.0.0.1:4567
    judge "$fakecloud" 4567 1
    live "$fakecloud" 4567
    ledger "$fakecloud" 4567 state/missing-pool/absent-pool
  fi

  start 4566 env GATEWAY_PORT=4566 "$cache/$ministack/bin/ministack"
  judge "$ministack" 4566 3

  # It keeps its state in the folder that it runs in.
  mkdir "$work/cognito-local"
  start 9230 env -C "$work/cognito-local" PORT=9230 HOST=127.0.0.1 "$cache/$cognito_local/node_modules/.bin/cognito-local"
  judge "$cognito_local" 9230 3
}

bless=no
case ${1:-} in
  --inside) bless=${2:-no}; inside ;;
  --bless) install; isolated yes ;;
  '') install; isolated no ;;
  *) echo "usage: $0 [--bless]" >&2; exit 2 ;;
esac
