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

inside() {
  work=$(mktemp -d)
  trap 'jobs -p | xargs -r kill 2>/dev/null; rm -rf "$work"' EXIT
  ip link set lo up

  "$cache/cognitox-$cognitox_version/bin/cognitox" --port 9229 >"$work/cognitox.log" 2>&1 &
  await 9229
  judge "cognitox-$cognitox_version" 9229 1
  python3 harness/e2e/replays.py "$work/cognitox-$cognitox_version.json"

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
