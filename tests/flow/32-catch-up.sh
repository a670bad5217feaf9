#!/bin/bash
# Notifications are lost entirely: what Stripe's log of events tells is enough,
# for a few pages and one look at each object that changed. It is read on where
# a killed worker left it, what was looked at since costs nothing, and a key
# that may not read it bars nothing.
# shellcheck disable=SC2016 # wait_until evaluates its text
export PROVIDER=stripe
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

KNOWN=200

# How many pages of the log were answered, and how many looks there were.
pages() {
  ask log | jq -s 'map(select(.path == "/v1/events" and .status == 200)) |
    length'
}

looks() {
  ask stats/objects | jq 'add // 0'
}

# The log's own line of stats, through jq.
log_line() {
  tu stats --json | jq -c ".providers[0].lists[] |
    select(.name == \"events\") | $1"
}

# An answer shows what happened two seconds before it was asked for, at least:
# events know whole seconds, and one is for the clocks.
events_are_past() {
  second_passes
  second_passes
}

# A run that finds a reading due: each second there is one.
caught_up() {
  local before
  before=$(log_line .started_at)
  second_passes
  drained
  [ "$(log_line .started_at)" != "$before" ] || fail "nothing was read"
  assert queue_is_empty
}

start_fake
write_config 'catch_up = "1s";' 'mode = "live";'
control create "{\"kind\":\"subscription\",\"count\":$KNOWN}" >/dev/null
control create '{"kind":"subscription","id":"sub_x","customer":"cus_x"}' \
  >/dev/null
control create '{"kind":"subscription","id":"sub_t","livemode":false}' \
  >/dev/null
events_are_past

# Nothing was missed before we were there: the first run asks for nothing.
drained
assert_eq "$(pages)" 0 "pages of the first run"
log_line '[.pages, .window, .last_read_at != null]' | is '[0,"whole",true]'

# What is known by a list was looked at behind its events: pages, and no look.
tu sync stripe --discover >"$TMP/sync.out"
grep -q 'list of events .* happened since' "$TMP/sync.out" ||
  fail "$(cat "$TMP/sync.out")"
drained
assert_eq "$(looks)" "$((KNOWN + 1))" "looks of the discovery"
caught_up
assert_eq "$(looks)" "$((KNOWN + 1))" "looks of the overlap"
log_line '[.seen, .behind, .unknown]' | is "[$((KNOWN + 1)),0,0]"
tu stats --json | jq -e '.providers[0].other_mode > 0' >/dev/null ||
  fail "the event of the other mode is not counted"
assert_eq "$(requests subscription sub_t)" 0 "of the other mode"

# Six changes and an object that is new; no notification arrives.
for id in 1 2 3 4 5; do
  happens subscription "sub_$id" '{"status":"past_due"}'
done
happens subscription sub_x '{"status":"canceled"}'
control create '{"kind":"subscription","id":"sub_new","customer":"cus_new"}' \
  >/dev/null
events_are_past
control stats/reset '{}' >/dev/null
caught_up
assert_eq "$(looks)" 7 "looks for seven objects that changed"
requests=$(ask log | jq -s length)
[ "$requests" -le $((KNOWN / 10)) ] ||
  fail "$requests requests, a resync takes $((KNOWN + 1))"
tu stats --json | assert_json '.providers[0] | [.repairs, .caught_up]' '[6,6]'
log_line '[.behind, .unknown]' | is '[6,1]'
assert entitled stripe/cus_x false
assert entitled stripe/cus_new true
history subscription sub_x '[.status, .cause]' | tail -n 1 |
  is '["canceled","discover"]'
# They stay in the overlap, and cost nothing any more.
caught_up
assert_eq "$(looks)" 7 "looks again"

# Killed while a page is on its way: it goes on there.
for id in 11 12 13; do
  happens subscription "sub_$id" '{"status":"past_due"}'
done
events_are_past
control stats/reset '{}' >/dev/null
fault '{"route":"/v1/events","hold":"page","skip":2,"count":1}'
start_worker
wait_until 60 'held page'
began=$(log_line .started_at)
log_line '[.pages, .finished_at]' | is '[2,null]'
kill9 "$WORKER_PID"
# From now on it is read by itself too seldom to be read again here.
config_changes 's/catch_up = .*/catch_up = "6h";/'
drained
assert_eq "$(log_line .started_at)" "$began" "it is the same reading"
log_line '[.pages, .behind, .finished_at != null]' | is '[5,3,true]'
assert_eq "$(pages)" 5 "each page once, but for the one that was held"
assert_eq "$(looks)" 3 looks
tu stats --json | assert_json '.providers[0].caught_up' 9

# A key that may not read events: said once, and nothing else is the worse.
fault '{"route":"/v1/events","status":403,"count":0}'
tu sync stripe --discover >/dev/null
drained
log_has list_refused ||
  fail "it is not said: $(cat "$TMP/drain.out")"
tu sync stripe --discover >/dev/null
told_and_drained subscription sub_20
log_has list_refused && fail "it is said again"
tu stats --json | assert_json '.providers[0] | .health' '"ok"'
log_line '[.window, .refused_at != null]' | is '["refused",true]'
tu stats | grep -q 'may not read the events' || fail "$(tu stats)"
# Not before tomorrow, by itself.
config_changes 's/catch_up = .*/catch_up = "1s";/'
control stats/reset '{}' >/dev/null
second_passes
drained
assert_eq "$(ask stats | jq '.routes["/v1/events"] // 0')" 0 \
  "requests for a refused log"
control fault/clear '{}' >/dev/null
tu sync stripe --discover >/dev/null
drained
log_has list_allowed || fail "it is not said that it is allowed again"
log_line '[.window, .refused_at]' | is '["whole",null]'

# "0s": it is not read, and nobody is told that it should be.
config_changes 's/catch_up = .*/catch_up = "0s";/'
control stats/reset '{}' >/dev/null
second_passes
drained
assert_eq "$(pages)" 0 "pages when it is off"
log_line .window | is null
echo "caught up with $requests requests, of $((KNOWN + 1)) objects"
