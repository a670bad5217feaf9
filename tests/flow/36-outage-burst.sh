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
control stats/reset >/dev/null

start_worker
for ((n = 0; n < 20; n++)); do
  told subscription 1
done
wait_until 5 "[ \"\$(job 1 .notices)\" = 20 ]"
requests=$(requests subscription 1)
[ "$requests" -le 4 ] || fail "$requests requests for one burst"
job 1 '.attempts <= 3' | grep -qx true ||
  fail "a burst counted as failures: $(job 1)"

control fault/clear '{}' >/dev/null
wait_until 12 'entitled ecurring/7 false'
wait_until 5 queue_is_empty
ends_well "$WORKER_PID"
