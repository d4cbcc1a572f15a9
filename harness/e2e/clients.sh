#!/usr/bin/env bash
# Lets four real clients live through an import job on the reference endpoint, signed and verified: boto3, the AWS CLI, the AWS
# SDK for JavaScript and the AWS SDK for Rust. Then each must notice three faults that it relies on the absence of.
#
#   harness/e2e/clients.sh                 all four
#   harness/e2e/clients.sh boto3 aws-cli   these
set -euo pipefail
cd "$(dirname "$0")/../.."

cache=${FULLSTOP_E2E_CACHE:-$PWD/target/e2e}
fullstop=$PWD/target/release/fullstop
clients=$PWD/harness/e2e/clients

boto3_version=1.43.106
awscli_version=1.46.3
javascript_version=3.1169.0

# What breaks the types of errors, the shape of answers, and dates.
mutants=(errors-untyped unwrapped start-date-in-milliseconds)

chosen=("${@:-}")
[ -n "${chosen[0]}" ] || chosen=(boto3 aws-cli javascript rust)

install() {
  mkdir -p "$cache"
  local python=$cache/clients-python-$boto3_version-$awscli_version
  if ! [ -x "$python/bin/aws" ]; then
    python3 -m venv "$python"
    "$python/bin/pip" install --quiet "boto3==$boto3_version" "awscli==$awscli_version"
  fi
  javascript=$cache/clients-javascript-$javascript_version
  if wants javascript && ! [ -d "$javascript/node_modules" ]; then
    mkdir -p "$javascript"
    npm install --silent --no-audit --no-fund --prefix "$javascript" \
      "@aws-sdk/client-cognito-identity-provider@$javascript_version"
  fi
  if wants rust; then
    CARGO_TARGET_DIR="$cache/clients-rust" cargo build --quiet --locked --manifest-path "$clients/rust/Cargo.toml"
  fi
  cargo build --quiet --release
  bin=$python/bin
}

wants() { [[ " ${chosen[*]} " == *" $1 "* ]]; }

# Starts the endpoint; sets its address and process.
serve() {
  : >"$work/address"
  "$fullstop" serve --auth required --control --pending-ms 600000 --in-progress-ms 600000 "$@" >"$work/address" &
  process=$!
  for _ in $(seq 100); do
    FULLSTOP_ENDPOINT=$(head -n 1 "$work/address")
    [ -n "$FULLSTOP_ENDPOINT" ] && return
    sleep 0.05
  done
  echo "the endpoint says no address within 5 s" >&2
  return 1
}

end() { kill "$process" && wait "$process" || true; }

client() {
  case $1 in
    boto3) "$bin/python" "$clients/with_boto3.py" ;;
    aws-cli) "$bin/python" "$clients/with_aws_cli.py" "$bin/aws" ;;
    javascript) NODE_NO_WARNINGS=1 node "$clients/with_sdk.mjs" "$javascript" ;;
    rust) "$cache/clients-rust/debug/with-sdk" ;;
    *) echo "usage: $0 [boto3] [aws-cli] [javascript] [rust]" >&2; return 2 ;;
  esac
}

install
work=$(mktemp -d)
trap 'jobs -p | xargs -r kill 2>/dev/null; rm -rf "$work"' EXIT

# The published example key, which opens nothing; and no other settings of whoever runs this.
export AWS_ACCESS_KEY_ID=AKIDEXAMPLE AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY
export AWS_EC2_METADATA_DISABLED=true AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null
unset AWS_PROFILE AWS_SESSION_TOKEN AWS_ENDPOINT_URL
export FULLSTOP_ENDPOINT PYTHONDONTWRITEBYTECODE=1

serve
for name in "${chosen[@]}"; do client "$name"; done
end
for mutant in "${mutants[@]}"; do
  serve --mutant "$mutant"
  for name in "${chosen[@]}"; do
    if client "$name" >"$work/output" 2>&1; then
      echo "$name does not notice $mutant" >&2
      exit 1
    fi
    echo "$name notices $mutant: $(grep -v '^note\|^$\|^ *[0-9]*: \|^ *at \|^stack' "$work/output" | tail -n 1 | cut -c 1-100)"
  done
  end
done
