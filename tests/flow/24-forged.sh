#!/bin/bash
# The provider's answer is the only evidence: nothing crosses from a
# notification into the store but ids and the time of arrival. What a payload
# says of a status is believed by nobody, a pair that the provider does not
# confirm never binds, an id that is none is refused and never fetched.
# shellcheck disable=SC2016 # wait_until evaluates its text
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

TX=ffa38848-6abc-4d22-b6b0-63fe1780969c
MINE=0b8bd9a7-35f0-4ab5-b6ac-e3b9ecae3a62
THEIRS=1b8bd9a7-35f0-4ab5-b6ac-e3b9ecae3a62

owner() {
  tu queue show ecurring transaction "$1" --json | tail -n 1 |
    jq -c '[.account, .parent_id]'
}

# said STATUS BODY: what the receiver answers to it
said() {
  assert_eq "$(post "$2")" "$1" "$2"
}

start_fake
write_config 'recheck = ("100ms");' 'missing_window = "0s";'
subscription '{"id":"1","status":"paused"}'
subscription '{"id":"2","customer":"mallory"}'
transaction "{\"id\":\"$TX\"}"
transaction "{\"id\":\"$MINE\",\"subscription\":\"2\"}"
subscription '{"id":"3","customer":"9"}'
transaction "{\"id\":\"$THEIRS\",\"subscription\":\"3\"}"
start_receiver
start_worker

# The payload claims a status, in every place one could look for it.
marker=forged-marker-7e1f
said 200 "$(jq -nc --arg marker "$marker" '{subscription_id: "1",
  status: "active", is_active: true, state: "active", marker: $marker,
  customer: "mallory", account: $marker, cancel_date: null,
  data: {id: "1", type: "subscription", attributes: {status: "active",
  metadata: {marker: $marker}}, relationships: {customer: {data: {
  type: "customer", id: $marker}}}}}')"
wait_until 30 '[ -n "$(history subscription 1)" ]'
wait_until 30 queue_is_empty
account ecurring/7 | assert_json '[.entitled, .state]' '[false,"paused"]'
account ecurring/mallory | assert_json .grants '[]'
assert_eq "$(changes)" ""

# Ids that are none: 400, nothing is stored, nothing is asked.
control stats/reset >/dev/null
for id in '"../customers/1"' '"1/../2"' '"1%2f2"' '"1?x=1"' '"1 "' '""' \
  '"x"' '-1' '1.5' 'null' 'true' '[1]' '{"a":1}' '"١"' '"1\u0000"' \
  '"123456789012345678901"' '"1\n"' "\"$TX\""; do
  said 400 "{\"subscription_id\":$id}"
done
for id in '"../../x"' "\"$TX/..\"" "\"${TX%c}\"" "\"${TX}c\"" '"1"' '7' \
  '"ffa38848-6abc-4d22-b6b0-63fe1780969g"'; do
  said 400 "{\"subscription_id\":\"1\",\"transaction_id\":$id}"
done
for body in '' 'no json' '[]' '{}' '"1"' '{"subscription_id":"1"' \
  '{"subscription_id":"1"}x' '{"id":"1"}'; do
  said 400 "$body"
done
drained
ask stats/objects | is '{}'

# As an integer it is an id; an unknown one is as good as a known one.
said 200 '{"subscription_id":1}'
said 200 '{"subscription_id":"987654321"}'
wait_until 30 queue_is_empty
ask stats/objects |
  assert_json '[.["subscription/1"] > 0, .["subscription/987654321"]]' \
  '[true,1]'
# Of that one, and the transaction that it lists, there are records.
tu stats --json | assert_json .objects 2

# An existing transaction of somebody else, paired with mallory's subscription:
# both are read, they are not bound, however often it is said.
for i in 1 2 3; do
  said 200 "{\"subscription_id\":\"2\",\"transaction_id\":\"$THEIRS\",\"n\":$i}"
  wait_until 30 '[ -n "$(history transaction "$THEIRS")" ]'
  wait_until 30 queue_is_empty
  assert_eq "$(owner "$THEIRS")" '[null,null]'
done
assert entitled ecurring/mallory true
# Mallory's own is: her list has it.
assert_eq "$(tu history --account ecurring/mallory --json | jq -r .kind |
  sort -u | tr '\n' ' ')" 'subscription transaction '
said 200 "{\"subscription_id\":\"2\",\"transaction_id\":\"$MINE\"}"
wait_until 30 '[ -n "$(history transaction "$MINE")" ]'
wait_until 30 queue_is_empty
assert_eq "$(owner "$MINE")" '["ecurring/mallory","2"]'

# The true subscription binds it; then the forged pair does not move it.
said 200 '{"subscription_id":"3"}'
wait_until 30 '[ -n "$(history subscription 3)" ]'
wait_until 30 queue_is_empty
assert_eq "$(owner "$THEIRS")" '["ecurring/9","3"]'
said 200 "{\"subscription_id\":\"2\",\"transaction_id\":\"$THEIRS\"}"
wait_until 30 queue_is_empty
assert_eq "$(owner "$THEIRS")" '["ecurring/9","3"]'

# A transaction that is bound from its first look on, whatever the pair says.
said 200 "{\"subscription_id\":\"2\",\"transaction_id\":\"$TX\"}"
wait_until 30 '[ -n "$(history transaction "$TX")" ]'
wait_until 30 queue_is_empty
assert_eq "$(owner "$TX")" '["ecurring/7","1"]'

# Nothing of a body but ids is in the store, nor in a log.
ends_well "$WORKER_PID"
ends_well "$RECEIVER_PID"
cp "$STORE/data.mdb" "$TMP/bytes"
grep -aqF "$TX" "$TMP/bytes" || fail "the store was not looked at"
for text in "$marker" is_active metadata app.ecurring.com mandate; do
  if grep -aqF "$text" "$TMP/bytes" "$TMP"/*.log; then
    fail "$text went from a body into the store or a log"
  fi
done
