#!/bin/bash
# The query API goes on when its store is moved away, put back, replaced, or
# made over by another version: it says so, and then reads what is there.
# shellcheck disable=SC2016 # wait_until evaluates its text
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/serve.sh"

start_fake
write_config
subscription '{"id":"1"}'
told_and_drained subscription 1
start_serve

# comes_to STATUS [ENTITLED]: what it says of the account
says() {
  [ "$(curl -sS -o "$TMP/body" -w '%{http_code}' \
    "$SERVE_URL/v1/accounts/ecurring%2F7")" = "$1" ] &&
    { [ -z "${2:-}" ] || [ "$(jq -c .entitled "$TMP/body")" = "$2" ]; }
}
comes_to() {
  wait_until 30 "says $*"
}

comes_to 200 true
mv "$STORE" "$TMP/first"
comes_to 503
problem 503 /readyz
mv "$TMP/first" "$STORE"
comes_to 200 true

# Another in its place, where the account is not entitled.
mv "$STORE" "$TMP/first"
mkdir "$STORE"
happens subscription 1 '{"status":"cancelled","at":"-1h"}'
told_and_drained subscription 1
comes_to 200 false
# It can be written to as well: a refresh is a wish in the new one.
start_worker
wait_until 30 'curl -sS "$SERVE_URL/v1/accounts/ecurring%2F7?refresh=1" |
  jq -e .fresh'
ends_well "$WORKER_PID"

# In place: in one commit, while it is open.
version=$("$TESTBIN/lib/upgrade" "$STORE")
"$TESTBIN/lib/upgrade" "$STORE" $((version + 1))
comes_to 503
"$TESTBIN/lib/upgrade" "$STORE" "$version"
comes_to 200 false
assert_eq "$(grep -c ' reading$' "$TMP/serve.log")" 2 "troubles that are over"
assert grep -q 'cannot_read cause=.*version' "$TMP/serve.log"
ends_well "$SERVE_PID"
