#!/usr/bin/env bash
# Runs the suite against emulators that nobody here wrote, and compares every verdict with the expected one.
#
#   harness/e2e/emulators.sh            check
#   harness/e2e/emulators.sh --bless    write what was found as the new expectation, to be reviewed as a diff
#
# The emulators bind every interface, so that they run in a network namespace of their own that has nothing but loopback.
set -euo pipefail
cd "$(dirname "$0")/../.."

cache=${FULLSTOP_E2E_CACHE:-$PWD/target/e2e}
fullstop=$PWD/target/release/fullstop
expected=$PWD/harness/e2e/expected

cognitox_version=0.1.2
ministack_version=1.5.33
# Takes half an hour to build, so that it is met only where it is there already:
#   cargo install --locked --root target/e2e/fakecloud-0.9.0 fakecloud --version 0.9.0
fakecloud_version=0.9.0

install() {
  mkdir -p "$cache" "$expected"
  if ! [ -x "$cache/cognitox-$cognitox_version/bin/cognitox" ]; then
    # CARGO_TARGET_DIR: the emulator's objects are not ours to keep.
    CARGO_PROFILE_DEV_DEBUG=0 CARGO_TARGET_DIR="$cache/build" cargo install --quiet --locked --debug \
      --root "$cache/cognitox-$cognitox_version" cognitox --version "$cognitox_version"
    rm -rf "$cache/build"
  fi
  if ! [ -x "$cache/ministack-$ministack_version/bin/ministack" ]; then
    python3 -m venv "$cache/ministack-$ministack_version"
    "$cache/ministack-$ministack_version/bin/pip" install --quiet "ministack==$ministack_version"
  fi
  cargo build --quiet --release
}

# Runs this script's second half where only loopback exists.
isolated() {
  local inside=(bash "$0" --inside "$@")
  if [ "$(id -u)" = 0 ]; then
    unshare --net "${inside[@]}"
  elif unshare --net --map-root-user true 2>/dev/null; then
    unshare --net --map-root-user "${inside[@]}"
  else
    sudo -n --preserve-env=PATH,FULLSTOP_E2E_CACHE unshare --net "${inside[@]}"
  fi
}

# Polls until something answers on a port.
await() {
  for _ in $(seq 300); do
    curl --silent --output /dev/null "http://127.0.0.1:$1/" && return
    sleep 0.1
  done
  echo "nothing answers on port $1 after 30 s" >&2
  return 1
}

# judge NAME PORT EXIT: runs the suite and compares exit code and verdicts.
judge() {
  local name=$1 port=$2 exit=$3 code=0
  "$fullstop" run --endpoint "http://127.0.0.1:$port" --json "$work/$name.json" --quiet >"$work/$name.txt" || code=$?
  python3 harness/e2e/verdicts.py "$work/$name.json" >"$work/$name.verdicts"
  if [ "$bless" = yes ]; then cp "$work/$name.verdicts" "$expected/$name.verdicts"; fi
  if [ "$code" != "$exit" ]; then
    tail -n 5 "$work/$name.txt"
    echo "$name: exit $code, expected $exit" >&2
    return 1
  fi
  diff -u "$expected/$name.verdicts" "$work/$name.verdicts"
  echo "$name: $(wc -l <"$work/$name.verdicts") verdicts as expected, exit $code"
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

  "$cache/cognitox-$cognitox_version/bin/cognitox" --port 9229 >"$work/cognitox.log" 2>&1 &
  await 9229
  judge "cognitox-$cognitox_version" 9229 1
  python3 harness/e2e/replays.py "$work/cognitox-$cognitox_version.json"

  live "cognitox-$cognitox_version" 9229

  if [ -x "$cache/fakecloud-$fakecloud_version/bin/fakecloud" ]; then
    "$cache/fakecloud-$fakecloud_version/bin/fakecloud" --addr 127.0.0.1:4567 >"$work/fakecloud.log" 2>&1 &
    await 4567
    live "fakecloud-$fakecloud_version" 4567
  else
    echo "fakecloud-$fakecloud_version: not there, not met"
  fi

  GATEWAY_PORT=4566 "$cache/ministack-$ministack_version/bin/ministack" >"$work/ministack.log" 2>&1 &
  await 4566
  judge "ministack-$ministack_version" 4566 3
}

bless=no
case ${1:-} in
  --inside) bless=${2:-no}; inside ;;
  --bless) install; isolated yes ;;
  '') install; isolated no ;;
  *) echo "usage: $0 [--bless]" >&2; exit 2 ;;
esac
