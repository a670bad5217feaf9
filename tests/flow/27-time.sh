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

# One ends while a worker runs, one begins. What is asked before their moment
# must be over by then: a slow machine gets more time.
for ((lead = 4; lead < 100; lead *= 3)); do
  soon=$(ahead $lead) ends=2$lead begins=3$lead
  followed=ecurring/followed-$lead begun=ecurring/begun-$lead
  subscription "$(jq -nc --arg id $ends --arg customer "${followed#*/}" \
    --argjson at "$soon" '{id: $id, customer: $customer, cancel_date: $at}')"
  subscription "$(jq -nc --arg id $begins --arg customer "${begun#*/}" \
    --argjson at "$soon" '{id: $id, customer: $customer, start_date: $at}')"
  told subscription $ends
  told_and_drained subscription $begins
  account "$begun" >"$TMP/begun"
  account "$followed" >"$TMP/followed"
  edges "$begun" >"$TMP/edges"
  [ "$(date +%s)" -ge "$soon" ] || break
done
assert_json '[.entitled, .valid_until]' "[false,\"$(iso "$soon")\"]" <"$TMP/begun"
assert_json .entitled true <"$TMP/followed"
assert_eq "$(cat "$TMP/edges")" ""

# Their moment passes while a worker runs. Nobody is told, and the provider's
# answer is held back: it is time alone that changes theirs.
for id in $ends $begins; do
  control barrier "{\"kind\":\"subscription\",\"id\":\"$id\"}" >/dev/null
done
happens subscription "$ends" "{\"status\":\"cancelled\",\"at\":$soon}"
start_worker
wait_until 50 'entitled "$followed" false'
wait_until 50 'entitled "$begun" true'
wait_until 50 '[ "$(edges "$followed" | wc -l)" = 2 ]'
wait_until 50 '[ "$(edges "$begun" | wc -l)" = 1 ]'
edges "$followed" | tail -n 1 | is "[false,\"$(iso "$soon")\",\"time\"]"
edges "$begun" | is "[true,\"$(iso "$soon")\",\"time\"]"
account "$followed" | jq -r .reason | grep -q "ended $(iso "$soon")" ||
  fail "the reason does not say when it ended"
tu changes | jq -s 'map(select(.cause == "time") |
  .recorded_at[:19] >= .at[:19]) | all' | is true

# Just after it, the provider is asked by itself: it says cancelled by now.
control barrier/release >/dev/null
wait_until 50 '[ "$(history subscription $ends .status | tail -n 1)" = \
  "\"cancelled\"" ]'
history subscription "$ends" | tail -n 1 | jq '[.cause, .collapsed]' |
  is '["recheck",true]'
edges "$followed" | wc -l | is 2
ends_well "$WORKER_PID"
assert_eq "$(requests subscription 1)" "$fetched" "a far end costs no look"

# Its moment passes while nothing runs: the answer is right at once, and the
# next worker announces it with its true time, once.
for ((lead = 3; lead < 100; lead *= 3)); do
  soon=$(ahead $lead) alone=ecurring/alone-$lead
  subscription "$(jq -nc --arg id 5$lead --arg customer "${alone#*/}" \
    --argjson at "$soon" '{id: $id, customer: $customer, cancel_date: $at}')"
  told_and_drained subscription 5$lead
  account "$alone" >"$TMP/alone"
  [ "$(date +%s)" -ge "$soon" ] || break
done
assert_json .entitled true <"$TMP/alone"
wait_until 50 'entitled "$alone" false'
# Nobody looked since: it may have been prolonged.
account "$alone" | assert_json '[.pending, .fresh]' '[0,false]'
edges "$alone" | jq -c '.[0]' | is true
drained
wait_until 50 '[ "$(drain)" = 0 ] &&
  [ "$(account "$alone" | jq -c "[.pending, .fresh]")" = "[0,true]" ]'
drained
edges "$alone" | tail -n 1 | is "[false,\"$(iso "$soon")\",\"time\"]"
edges "$alone" | wc -l | is 2
account "$alone" --at $((soon - 1)) | assert_json .entitled true
account "$alone" --at $((soon + 1)) | assert_json .entitled false
