#!/bin/bash
# One object, one flight: N notifications while a job waits cost one fetch (50
# within a second at most two), a notification during a fetch costs exactly one
# more, and objects do not wait for each other.
# shellcheck disable=SC2016 # wait_until evaluates its text
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

# In this order: what was accepted after the first is seen by the second.
settled() {
  notified && queue_is_empty
}

start_fake
# No re-checks: a machine on which fifty notices take longer than what explains
# them would climb the ladder.
write_config 'recheck = ();'
subscription '{"id":"1"}'
subscription '{"id":"2","customer":"8"}'
start_receiver
start_worker

# A worker that follows, fifty notices in a row.
began=$(date +%s%3N)
notify subscription 1 50
wait_until 30 settled
took_s=$((($(date +%s%3N) - began) / 1000))
tu stats --json | assert_json '.providers[0].notifications' 50
n=$(requests subscription 1)
assert_eq "$((n >= 1 && n <= 2 + took_s))" 1 \
  "50 notices cost $n fetches in $took_s s"
assert_eq "$(history subscription 1 .status)" '"active"'

# No worker: all of them wait in one job, and one fetch answers for them.
ends_well "$WORKER_PID"
happens subscription 2 '{"status":"paused","at":"-1h"}'
notify subscription 2 50
wait_until 30 notified
drained
assert_eq "$(requests subscription 2)" 1 "50 waiting notices"
log_has notices=50 || fail "the log does not count what the look answers for"

# During a fetch: exactly one more, and it brings what changed meanwhile. The
# other object is answered while the first one hangs.
control stats/reset >/dev/null
control barrier '{"kind":"subscription","id":"1"}' >/dev/null
start_worker
happens subscription 1 '{"status":"paused","at":"-2h"}'
notify subscription 1
wait_until 30 'held subscription/1'
happens subscription 1 '{"status":"resumed","at":"-1h"}'
notify subscription 1 5
happens subscription 2 '{"status":"cancelled","at":"-30m"}'
notify subscription 2
wait_until 30 '[ "$(history subscription 2 .status | tail -n 1)" = \
  "\"cancelled\"" ]'
wait_until 30 '[ "$(job 1 .notices)" = 6 ]'
held subscription/1 || fail "the first object's fetch is over already"
control barrier/release >/dev/null
wait_until 30 settled
assert_eq "$(requests subscription 1)" 2 "a fetch and one more"
assert_eq "$(history subscription 1 .status | tr '\n' ' ')" \
  '"active" "paused" "active" '
