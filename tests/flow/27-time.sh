#!/bin/bash
# Access follows time, not only events: a paid-through cancellation keeps access
# to its end, the end comes without a webhook, a start in the future begins
# access at its moment; callers may cache until valid_until; the edge is
# announced exactly once, with its true time, even when no worker was running.
# shellcheck disable=SC2016 # wait_until evaluates its text
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

iso() {
  date -u -d "@$1" +%Y-%m-%dT%H:%M:%SZ
}

edges() {
  tu changes | jq -c --arg account "$1" \
    'select(.account == $account) | [.entitled, .at, .cause]'
}

start_fake
write_config
far=$(ahead 8640000)

# The end and the start are known ahead: by --at, by valid_until, in the grant.
subscription "{\"id\":\"1\",\"cancel_date\":$far}"
subscription "{\"id\":\"4\",\"customer\":\"later\",\"start_date\":$far}"
told subscription 1
told_and_drained subscription 4
account ecurring/7 | assert_json '[.entitled, .valid_until]' \
  "[true,\"$(iso "$far")\"]"
account ecurring/7 | assert_json '.grants[0].until' "\"$(iso "$far")\""
account ecurring/7 --at "$(iso $((far - 1)))" | assert_json .entitled true
account ecurring/7 --at "$(iso "$far")" | assert_json .entitled false
account ecurring/7 --at $((far + 1)) |
  assert_json '[.entitled, .as_of]' "[false,\"$(iso $((far + 1)))\"]"
assert_eq "$(status_of tu account ecurring/7 --at "$far")" 2
account ecurring/later | assert_json '[.entitled, .valid_until]' \
  "[false,\"$(iso "$far")\"]"
account ecurring/later --at "$far" | assert_json .entitled true
account ecurring/later | jq -r .reason | grep -q starts ||
  fail "the reason does not say that it starts later"
fetched=$(requests subscription 1)

# One ends while a worker runs, one begins.
soon=$(ahead 4)
subscription "{\"id\":\"2\",\"customer\":\"followed\",\"cancel_date\":$soon}"
subscription "{\"id\":\"3\",\"customer\":\"begun\",\"start_date\":$soon}"
told subscription 2
told_and_drained subscription 3
account ecurring/begun | assert_json '[.entitled, .valid_until]' \
  "[false,\"$(iso "$soon")\"]"
assert entitled ecurring/followed true
assert_eq "$(edges ecurring/begun)" ""

# Their moment passes while a worker runs. Nobody is told, and the provider's
# answer is held back: it is time alone that changes theirs.
control barrier '{"kind":"subscription","id":"2"}' >/dev/null
control barrier '{"kind":"subscription","id":"3"}' >/dev/null
happens subscription 2 "{\"status\":\"cancelled\",\"at\":$soon}"
start_worker
wait_until 6 'entitled ecurring/followed false'
wait_until 2 'entitled ecurring/begun true'
wait_until 2 '[ "$(edges ecurring/followed | wc -l)" = 2 ]'
wait_until 2 '[ "$(edges ecurring/begun | wc -l)" = 1 ]'
edges ecurring/followed | tail -n 1 | is "[false,\"$(iso "$soon")\",\"time\"]"
edges ecurring/begun | is "[true,\"$(iso "$soon")\",\"time\"]"
account ecurring/followed | jq -r .reason | grep -q "ended $(iso "$soon")" ||
  fail "the reason does not say when it ended"
tu changes | jq -s 'map(select(.cause == "time") |
  .recorded_at[:19] >= .at[:19]) | all' | is true

# Just after it, the provider is asked by itself: it says cancelled by now.
control barrier/release >/dev/null
wait_until 4 '[ "$(history subscription 2 .status | tail -n 1)" = \
  "\"cancelled\"" ]'
history subscription 2 | tail -n 1 | jq '[.cause, .collapsed]' |
  is '["recheck",true]'
edges ecurring/followed | wc -l | is 2
ends_well "$WORKER_PID"
assert_eq "$(requests subscription 1)" "$fetched" "a far end costs no look"

# Its moment passes while nothing runs: the answer is right at once, and the
# next worker announces it with its true time, once.
soon=$(ahead 3)
subscription "{\"id\":\"5\",\"customer\":\"alone\",\"cancel_date\":$soon}"
told_and_drained subscription 5
assert entitled ecurring/alone true
wait_until 5 'entitled ecurring/alone false'
# Nobody looked since: it may have been prolonged.
account ecurring/alone | assert_json '[.pending, .fresh]' '[0,false]'
edges ecurring/alone | jq -c '.[0]' | is true
drained
wait_until 5 '[ "$(drain)" = 0 ] &&
  [ "$(account ecurring/alone | jq -c "[.pending, .fresh]")" = "[0,true]" ]'
drained
edges ecurring/alone | tail -n 1 | is "[false,\"$(iso "$soon")\",\"time\"]"
edges ecurring/alone | wc -l | is 2
account ecurring/alone --at $((soon - 1)) | assert_json .entitled true
account ecurring/alone --at $((soon + 1)) | assert_json .entitled false
