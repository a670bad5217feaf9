#!/bin/bash
# verify: what differs between record and provider, how badly, and nothing is
# written. 0: they agree, 2: they do not, 1: it could not be told.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

# A dump of all that is recorded, as far as a reader sees it.
record() {
  tu changes
  tu stats --json
  for id in 1 2 3 4 5; do
    tu history ecurring subscription $id --json || true
    tu queue show ecurring subscription $id || true
  done
}

start_fake
write_config
for id in 1 2 3 4 5; do
  subscription "{\"id\":\"$id\",\"customer\":\"c$id\"}"
  told subscription $id
done
drained
assert_eq "$(tu verify --json)" ''
assert_eq "$(status_of tu verify)" 0 "they agree"
grep -q '5 objects compared: 0 differ' "$TMP/status.err" ||
  fail "not said: $(cat "$TMP/status.err")"

happens subscription 1 '{"status":"paused"}'
happens subscription 2 '{"cancel_date":"+10d"}'
control edit '{"kind":"subscription","id":"3",
  "set":{"/relationships/customer/data/id":"else"}}' >/dev/null
control delete '{"kind":"subscription","id":"4"}' >/dev/null
subscription '{"id":"6","customer":"c6"}' # nobody told us of it
record >"$TMP/before"
status=0
tu verify --json >"$TMP/drift" 2>"$TMP/verify.err" || status=$?
assert_eq "$status" 2 "drift"
jq -sc 'map([.id, .what, .here, .access]) | sort' "$TMP/drift" | is '[
  ["1","grant","3/- active",true],["1","status","active",true],
  ["2","end","none",false],["3","owner","c3",false],
  ["4","missing","active",false],["6","missing",null,true]]'
jq -sc 'map(select(.id == "1") | [.there, .account]) | sort' "$TMP/drift" | is \
  '[["3/- paused","ecurring/c1"],["paused","ecurring/c1"]]'
jq -sc 'map(select(.id == "6") | [.there, .account])' "$TMP/drift" |
  is '[["active",null]]'
grep -q '6 objects compared: 5 differ' "$TMP/verify.err" || fail "not counted"
record >"$TMP/after"
cmp -s "$TMP/before" "$TMP/after" || fail "it wrote: $(diff "$TMP/before" \
  "$TMP/after")"
tu verify >"$TMP/text" || true
grep -q 'subscription 1  status: active here, paused there, ACCESS DIFFERS' \
  "$TMP/text" || fail "not for people: $(cat "$TMP/text")"
grep -q 'subscription 6  missing: none here, active there, ACCESS DIFFERS' \
  "$TMP/text" || fail "what is missing here: $(cat "$TMP/text")"

# What is to be looked at anyway is late, not wrong; so is what a provider may
# only not know yet.
for id in 2 3 4 6; do
  told subscription $id
done
drained
fault '{"status":503,"count":0}'
told_and_drained subscription 1
control fault/clear '{}' >/dev/null
assert_eq "$(status_of tu verify ecurring)" 0 "only late"
grep -q '0 differ, 2 more' "$TMP/status.err" || fail "$(cat "$TMP/status.err")"

# A sample, of so many at most; each is asked for once.
before=$(ask stats/objects | jq add)
assert_eq "$(status_of tu verify --sample 2)" 0
assert_eq "$(($(ask stats/objects | jq add) - before))" 2 "the sample"
assert_eq "$(status_of tu verify --sample 99)" 0

# It could not be told.
fault '{"status":503,"count":0}'
assert_eq "$(status_of tu verify)" 1 "unreadable"
grep -q 'could not be read: .*503' "$TMP/status.err" ||
  fail "$(cat "$TMP/status.err")"
assert_eq "$(status_of tu verify nobody)" 1
