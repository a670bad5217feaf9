#!/bin/bash
# A provider whose answers take much longer than usual is asked less at once,
# also by the next worker; `stats`, the metrics and the log say so; when it
# answers as ever, all of that is back.
# shellcheck disable=SC2016 # wait_until evaluates its text
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

N=150

provider() {
  tu stats --json | jq -c ".providers[0] | $1"
}

start_fake
write_config 'recheck = ();'
control create "{\"kind\":\"subscription\",\"id\":1,\"count\":$N,
  \"customer\":\"7\",\"start_date\":\"-1d\"}" >/dev/null
seq -f 'ecurring subscription %.0f' "$N" | tu enqueue -
provider '[.concurrency_in_force, .latency_ms]' | is '[16,null]'
drained
provider '[.concurrency_in_force, (.latency_ms <= 250), (.usual_latency_ms <=
  250)]' | is '[16,true,true]'

# Slow: down to one at a time.
fault '{"delay_ms":500,"count":0}'
second_passes
seq -f 'ecurring subscription %.0f' "$N" | tu enqueue -
start_worker
wait_until 60 '[ "$(provider .concurrency_in_force)" = 1 ]'
ends_well "$WORKER_PID"
assert_eq "$(grep -c 'provider_pace .*pace=slow' "$TMP/worker.log")" 1 "said once"
grep -q '^warn provider_pace provider=ecurring pace=slow latency_ms=' \
  "$TMP/worker.log" || fail "not as a warning"
tu stats >"$TMP/stats.out"
grep -q '1 of 16' "$TMP/stats.out" || fail "stats: no number"
grep -q '^slow  *answers take' "$TMP/stats.out" || fail "stats: no sentence"

# The next worker goes on with one at a time.
control stats/reset >/dev/null
start_worker
wait_until 60 '[ "$(ask stats | jq .total)" -ge 3 ]'
ask stats | assert_json '.in_flight_max' 1

# As ever: all of it is back, and nothing was left behind.
control fault/clear '{}' >/dev/null
wait_until 60 queue_is_empty
second_passes
seq -f 'ecurring subscription %.0f' "$N" | tu enqueue -
wait_until 60 '[ "$(provider .concurrency_in_force)" = 16 ]'
wait_until 60 queue_is_empty
grep -q '^info provider_pace provider=ecurring pace=ok' "$TMP/worker.log" ||
  fail "nothing is said of the end"
ends_well "$WORKER_PID"
assert_eq "$(ask stats/objects | jq length)" "$N"
tu stats --json | assert_json '[.objects, .jobs.parked]' "[$N,0]"
