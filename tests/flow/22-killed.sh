#!/bin/bash
# One object, one flight: a notification during a fetch costs exactly one more
# fetch, and the mark that says so survives kill -9. A worker that was killed
# while it waited for an answer is followed by one that asks again; what it
# records is what the provider says then, and a further run changes nothing.
# shellcheck disable=SC2016 # wait_until evaluates its text
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

hold() {
  control barrier '{"kind":"subscription","id":"1"}' >/dev/null
}

release() {
  control barrier/release >/dev/null
}

start_fake
write_config
subscription '{"id":"1"}'

# Killed during a fetch, a notice having come meanwhile.
hold
start_worker
told subscription 1
wait_until 30 'held subscription/1'
told subscription 1
wait_until 30 '[ "$(job 1 .notices)" = 2 ]'
assert_eq "$(job 1 .in_flight)" true
kill9 "$WORKER_PID"
assert_eq "$(job 1 .notices)" 2 "the notices survive"
happens subscription 1 '{"status":"paused","at":"-1h"}'
release
assert_eq "$(requests subscription 1)" 1
start_worker
wait_until 30 queue_is_empty
assert_eq "$(requests subscription 1)" 2 "one fetch for both notices"
assert_eq "$(history subscription 1 .status)" '"paused"'
grep -q '^warn recovered jobs=1 ' "$TMP/worker.log" ||
  fail "nothing was said about the killed worker"

# Killed during a fetch, nothing having come: the look itself is not lost.
hold
happens subscription 1 '{"status":"resumed","at":"-30m"}'
told subscription 1
wait_until 30 'held subscription/1'
kill9 "$WORKER_PID"
happens subscription 1 '{"status":"cancelled","at":"-10m"}'
release
start_worker
wait_until 30 queue_is_empty
assert_eq "$(requests subscription 1)" 4
assert_eq "$(history subscription 1 .status | tr '\n' ' ')" \
  '"paused" "cancelled" '
assert entitled ecurring/7 false
ends_well "$WORKER_PID"

# A further look changes nothing.
history subscription 1 >"$TMP/history.before"
changes >"$TMP/changes.before"
told_and_drained subscription 1
drained
history subscription 1 | cmp - "$TMP/history.before"
changes | cmp - "$TMP/changes.before"
