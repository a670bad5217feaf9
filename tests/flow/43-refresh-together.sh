#!/bin/bash
# Many who want to know at once: an answer is never older than the call, a call
# during a look costs at most one more, all who wait share it, and none of them
# uses up the re-checks that a notice has waiting for it.
# shellcheck disable=SC2016 # wait_until evaluates its text
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

# calls N NAME: so many at once; all fresh, and of the state $3
calls() {
  local i pids=()
  for i in $(seq 1 "$1"); do
    "$TRUEUP" -c "$CONF" account ecurring/7 --refresh --timeout 30s --json \
      >"$TMP/$2.$i.out" 2>"$TMP/$2.$i.err" &
    pids+=($!)
  done
  for i in "${pids[@]}"; do
    wait "$i" || true
  done
  for i in $(seq 1 "$1"); do
    assert_json '[.state, .fresh]' "[\"$3\",true]" <"$TMP/$2.$i.out"
    assert_eq "$(cat "$TMP/$2.$i.err")" '' "$2.$i: stderr"
  done
}

start_fake
write_config 'recheck = ("15s");'
subscription '{"id":"1"}'
told_and_drained subscription 1

for worker in '' follows; do
  [ -z "$worker" ] || start_worker
  second_passes
  control stats/reset >/dev/null
  happens subscription 1 '{"status":"paused","at":"-2h"}'
  SECONDS=0
  calls 12 "many$worker" paused
  asked=$(requests subscription 1)
  # Who came first, those who came during that look, and those who came later
  # still on a slow machine.
  [ "$asked" -le $((2 + SECONDS)) ] || fail "$asked looks in $SECONDS s"
  happens subscription 1 '{"status":"resumed","at":"-1h"}'
  calls 1 "one$worker" active
done

# A look is under way whose answer is from before the calls.
wait_until 5 queue_is_empty
second_passes
control stats/reset >/dev/null
control barrier '{"kind":"subscription","id":"1"}' >/dev/null
told subscription 1
wait_until 5 'held subscription/1'
happens subscription 1 '{"status":"paused","at":"-30m"}'
(wait_until 10 '[ "$(tu queue list --json | jq .in_flight)" = true ]
   [ "$(tu stats --json | jq .inbox)" = 0 ]'
 control barrier/release >/dev/null) &
releaser=$!
calls 2 during paused
wait "$releaser"
asked=$(requests subscription 1)
[ "$asked" -ge 2 ] || fail "the answer may be older than the call"
[ "$asked" -le 3 ] || fail "a look and two calls cost $asked"

# The ladder of a notice that showed nothing goes on in its time.
wait_until 20 queue_is_empty
second_passes
told subscription 1
wait_until 5 '[ "$(job 1 .state)" = "\"waiting\"" ]'
due=$(job 1 .due)
for i in 1 2 3; do
  calls 1 "ladder$i" paused
  assert_eq "$(job 1 '.due')" "$due" "the ladder after $i calls"
done
account ecurring/7 | assert_json .pending 1
ends_well "$WORKER_PID"
