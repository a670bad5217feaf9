#!/bin/bash
# Promise 9: an outage delays and loses nothing. A burst of notices while the
# provider answers 503 is about one request a second for the object, and does
# not put its next try off: once the provider is back it heals within seconds.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

start_fake
write_config
subscription '{"id":"1"}'
told_and_drained subscription 1
happens subscription 1 '{"status":"paused"}'
fault '{"status":503,"count":0}'
second_passes
start_receiver
control stats/reset >/dev/null

start_worker
began=$SECONDS
notify subscription 1 20
wait_until 30 notified
wait_until 30 "[ \"\$(job 1 .notices)\" = 20 ]"
job 1 >"$TMP/job"
requests=$(requests subscription 1)
most=$((4 + SECONDS - began))
[ "$requests" -le "$most" ] || fail "$requests requests for one burst"
assert_json ".attempts <= $most" true <"$TMP/job"

control fault/clear '{}' >/dev/null
wait_until 60 'entitled ecurring/7 false'
wait_until 30 queue_is_empty
ends_well "$WORKER_PID"
