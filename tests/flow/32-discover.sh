#!/bin/bash
# sync --discover finds by a provider's list what nobody told us of, page by
# page, and goes on where a killed worker left it; sync looks at all that is
# known again. What is known already is not asked for by a discovery.
# shellcheck disable=SC2016 # wait_until evaluates its text
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

objects() {
  tu stats --json | jq .objects
}

# How many pages of the list were answered.
pages() {
  ask log | jq -s 'map(select(.path == "/subscriptions" and .status == 200))
    | length'
}

start_fake
write_config
control create '{"kind":"subscription","id":1,"count":120,"customer":"7",
  "start_date":"-1d"}' >/dev/null
told_and_drained subscription 5
assert_eq "$(objects)" 1

# 120 are three pages of fifty. The second one hangs, and the worker is killed.
control fault '{"route":"/subscriptions","hang":true,"skip":1,"count":1}' \
  >/dev/null
tu sync ecurring --discover | grep -q 'list of subscriptions .*beginning' ||
  fail "it does not say what it will do"
tu queue list --json | jq -c '[.kind, .id, .cause]' | is \
  '["list","subscriptions","discover"]'
start_worker
wait_until 30 '[ "$(objects)" = 50 ]'
wait_until 30 'ask stats | jq -e ".in_flight == 1"'
kill9 "$WORKER_PID"
control fault/clear '{}' >/dev/null
drained
assert_eq "$(objects)" 120
assert_eq "$(pages)" 3 "each page once, but for the one that hung"
ask stats/objects | jq -e 'all(. == 1)' >/dev/null ||
  fail "an object was asked for twice: $(ask stats/objects)"
tu stats --json | assert_json '.providers[0].lists | map([.name, .pages, .seen,
  .unknown, .finished_at != null])' '[["subscriptions",3,120,119,true]]'
tu stats --json | assert_json '[.repairs, .jobs.waiting]' '[0,0]'
account ecurring/7 | assert_json '[.entitled, (.grants | length)]' '[true,120]'
history subscription 77 .cause | is '"discover"'

# Again: three pages, and no object.
tu sync --discover >/dev/null
drained
assert_eq "$(pages)" 6
ask stats/objects | jq -e 'all(. == 1)' >/dev/null ||
  fail "what is known was asked for"

# All that is known, once more; a change that nobody told of is a repair.
happens subscription 9 '{"status":"paused"}'
start_worker
timeout 200 "$TRUEUP" -c "$CONF" sync --wait >"$TMP/sync"
ends_well "$WORKER_PID"
grep -q 'ecurring: 120 objects' "$TMP/sync" || fail "how many is not said"
tail -n 1 "$TMP/sync" | grep -q '^0 jobs left' || fail "$(cat "$TMP/sync")"
# A request whose answer got lost is repeated, and what was repaired is looked
# at again some seconds later, in this run if it lasts: that, and nothing else.
more=$(grep -Ec 'result=later|cause=recheck' "$TMP/worker.log" || true)
ask stats/objects | jq -e "all(. >= 2) and add <= 240 + $more" >/dev/null ||
  fail "not each once: $(grep ' id=9 ' "$TMP/worker.log")
    $(ask log | jq -c 'select(.path == "/subscriptions/9")')"
tu stats --json | assert_json .repairs 1

# A list that goes wrong is parked like any job, with why, and set going again.
control fault '{"route":"/subscriptions","status":404,"count":0}' >/dev/null
tu sync ecurring --discover >/dev/null
wait_until 90 'drain >/dev/null; tu queue list --state parked | grep -q list'
tu queue show ecurring list subscriptions | grep -q 'HTTP 404' ||
  fail "why is not said"
control fault/clear '{}' >/dev/null
tu sync ecurring --discover >/dev/null
drained
assert queue_is_empty

assert_eq "$(status_of tu sync nobody)" 1
assert_eq "$(status_of tu sync --restart)" 1
