#!/usr/bin/env bash
# Compares real models of the service, of three dates, with the contract: they are fetched from botocore's wheels, and the
# differences must be exactly those that the models are known to have.
set -euo pipefail
cd "$(dirname "$0")/../.."
cache=${FULLSTOP_E2E_CACHE:-$PWD/target/e2e}/botocore

# A fullstop that is built already, or one that is built now.
fullstop=${FULLSTOP_E2E_BINARY:-$PWD/target/release/fullstop}
[ -n "${FULLSTOP_E2E_BINARY:-}" ] || cargo build --quiet --release
mkdir -p "$cache"
if ! [ -x "$cache/venv/bin/pip" ]; then python3 -m venv "$cache/venv"; fi

# model VERSION: the path of its service-2.json.gz, fetched if it is not there.
model() {
  local file=$cache/$1.json.gz
  if ! [ -s "$file" ]; then
    "$cache/venv/bin/pip" download --quiet --no-deps --only-binary :all: --dest "$cache" "botocore==$1"
    python3 - "$cache/botocore-$1-py3-none-any.whl" "$file" <<'END'
import sys
import zipfile

with zipfile.ZipFile(sys.argv[1]) as wheel:
    names = [name for name in wheel.namelist() if "/cognito-idp/2016-04-18/service-2.json" in name]
    with open(sys.argv[2], "wb") as file:
        file.write(wheel.read(names[0]))
END
    rm "$cache/botocore-$1-py3-none-any.whl"
  fi
  echo "$file"
}

# check VERSION EXIT PLACE…: exactly these places differ.
check() {
  local version=$1 wanted=$2 file code=0
  shift 2
  file=$(model "$version")
  "$fullstop" drift --model "$file" --json >"$cache/drift.json" || code=$?
  python3 -c 'import json; [print(one["place"]) for one in json.load(open("'"$cache"'/drift.json"))["differences"]]' \
    >"$cache/places"
  if [ "$code" != "$wanted" ] || ! diff -u <(printf '%s\n' "$@" | sed '/^$/d') "$cache/places"; then
    echo "drift.sh: botocore $version: exit $code, expected $wanted" >&2
    exit 1
  fi
  echo "botocore $version: exit $code, $(wc -l <"$cache/places") differences, as expected"
}

new_error=errors/OperationNotEnabledException
new_member=response/UserImportJob/PasswordHashingAlgorithm
# December 2023, and May 2026: neither of the two.
check 1.34.0 1 "$new_error" "$new_member"
check 1.43.11 1 "$new_error" "$new_member"
# The error came on 2026-06-01 with 1.43.19, the member on 2026-07-17 with 1.43.51.
check 1.43.19 1 "$new_member"
check 1.44.5 0
