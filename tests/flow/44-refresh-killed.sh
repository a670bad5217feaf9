#!/bin/bash
# Whoever dies while a call waits: the call that was the worker, the worker that
# it waited for. Nothing is lost or left behind, and the next takes over. A
# worker that starts meanwhile leaves at once and loses nothing; SIGTERM ends
# the wait with the last answer.
# shellcheck disable=SC2016 # wait_until evaluates its text
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

hold() {
  second_passes
  control barrier '{"kind":"subscription","id":"1"}' >/dev/null
}

release() {
  control barrier/release >/dev/null
}

call() {
  spawn call "$TRUEUP" -c "$CONF" account ecurring/7 --refresh --timeout 60s \
    --json
  CALL=$SPAWN_PID
}

# answered STATUS FILTER WANTED: how the call ended
answered() {
  local status=0
  wait "$CALL" || status=$?
  lib_forget "$CALL"
  assert_eq "$status" "$1" "exit status of the call"
  grep '^{' "$TMP/call.log" | tail -n 1 | assert_json "$2" "$3"
}

start_fake
write_config 'timeout = "60s";'
subscription '{"id":"1"}'
told_and_drained subscription 1

# The call is the worker, and is killed while it asks.
happens subscription 1 '{"status":"paused","at":"-3h"}'
hold
call
wait_until 10 'held subscription/1'
kill9 "$CALL"
release
account ecurring/7 | assert_json '[.state, .pending, .fresh]' '["active",1,false]'
hold
release
wait_until 10 'drained; queue_is_empty'
account ecurring/7 | assert_json '[.state, .fresh]' '["paused",true]'
tu stats --json | assert_json .jobs.parked 0

# Another worker comes while it is at it: that one leaves, its work waits.
subscription '{"id":"2","customer":"8"}'
hold
call
wait_until 10 'held subscription/1'
told subscription 2
drained
log_has another_worker_runs || fail "two workers at once"
release
answered 2 .fresh true
drained
entitled ecurring/8 true || fail "the notice was lost"

# The worker that it waits for is killed: the call does it itself.
start_worker
happens subscription 1 '{"status":"resumed","at":"-2h"}'
hold
call
wait_until 10 'held subscription/1'
kill9 "$WORKER_PID"
wait_until 10 'held subscription/1' # of both requests the first one is dead
release
wait_until 20 '! held subscription/1 || control barrier/release'
answered 0 '[.state, .fresh]' '["active",true]'

# SIGTERM: the last answer, at once, and what was under way is given back.
happens subscription 1 '{"status":"paused","at":"-1h"}'
hold
call
wait_until 10 'held subscription/1'
SECONDS=0
kill -TERM "$CALL"
answered 0 '[.state, .fresh, .pending]' '["active",false,1]'
[ "$SECONDS" -lt 10 ] || fail "it took $SECONDS s to stop"
job 1 '[.in_flight, .attempts]' | is '[false,0]'
release
wait_until 10 'drained; queue_is_empty'
account ecurring/7 | assert_json .state '"paused"'
