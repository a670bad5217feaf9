#!/bin/bash
# refresh=1: what a page asks for that a customer comes back to from a checkout.
# The answer waits for looks that begin now, at most five seconds; nobody else
# waits meanwhile; without a worker it is the last answer, and not fresh.
# shellcheck disable=SC2016 # wait_until evaluates its text
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/serve.sh"

refreshed() {
  get 200 "/v1/accounts/$1?refresh=1"
}

start_fake
write_config
subscription '{"id":"1"}'
subscription '{"id":"2","customer":"8"}'
told subscription 2
told_and_drained subscription 1
start_serve

# Nobody works: the last answer, after its time, and it says so.
happens subscription 1 '{"status":"paused"}'
began=$(date +%s)
refreshed ecurring%2F7
assert_json '[.entitled, .fresh]' '[true,false]' <"$TMP/body"
[ $(($(date +%s) - began)) -ge 4 ] || fail "it did not wait"
assert_eq "$(header cache-control | grep -c no-store)" 1

# A worker does what was wished for, whoever asks.
start_worker
wait_until 50 'entitled ecurring/7 false'
happens subscription 1 '{"status":"resumed"}'
refreshed ecurring%2F7
assert_json '[.entitled, .fresh, .state]' '[true,true,"active"]' <"$TMP/body"
get 200 '/v1/accounts/ecurring%2F7?refresh=1&explain=1'
head -n 1 "$TMP/body" | assert_json '[.entitled, .fresh]' '[true,true]'
get 200 '/v1/accounts/ecurring%2F7?refresh=1&product=other'
assert_json '[.entitled, .fresh]' '[false,true]' <"$TMP/body"

# One that hangs keeps nobody else waiting, and ends in time.
fault '{"kind":"subscription","id":"1","hang":true,"count":0}'
pids=()
for i in 1 2 3 4; do
  curl -sS "$SERVE_URL/v1/accounts/ecurring%2F7?refresh=1" >"$TMP/hung.$i" &
  pids+=($!)
done
wait_until 50 'ask stats | jq -e ".in_flight >= 1"'
get 200 /v1/accounts/ecurring%2F8
refreshed ecurring%2F8
assert_json '[.entitled, .fresh]' '[true,true]' <"$TMP/body"
wait "${pids[@]}"
for i in 1 2 3 4; do
  assert_json '[.account, .entitled, .fresh]' '["ecurring/7",true,false]' \
    <"$TMP/hung.$i"
done
control fault/clear '{}' >/dev/null

# A stop ends the waits with what there is.
fault '{"kind":"subscription","id":"1","hang":true,"count":0}'
curl -sS "$SERVE_URL/v1/accounts/ecurring%2F7?refresh=1" >"$TMP/stopped" &
pid=$!
wait_until 50 'ask stats | jq -e ".in_flight >= 1"'
ends_well "$SERVE_PID"
wait "$pid"
assert_json '[.entitled, .fresh]' '[true,false]' <"$TMP/stopped"
ends_well "$WORKER_PID"

# One that may only read says so, and goes on answering.
if [ "$(id -u)" != 0 ]; then
  chmod a-w "$STORE/data.mdb"
  start_serve
  problem 501 '/v1/accounts/ecurring%2F7?refresh=1'
  get 200 /v1/accounts/ecurring%2F7
fi
