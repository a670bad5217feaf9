#!/bin/bash
# ecom9, from the notification to the answer: created, paused, resumed,
# deleted. What a payload says of is_active is never believed; an account
# reference may be anything; an account may be too young to be found; and what
# cannot be read is unknown, never "no".
export PROVIDER=ecom9
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

# account_is JSON: the provider has one more
account_is() {
  control create "$(jq -nc --argjson told "$1" \
    '{kind: "account"} + $told')" >/dev/null
}

# One after the other: notified, accepted, answered.
hears() {
  happens account "$1" "$(jq -nc --argjson told "$2" '$told + {notify: 1}')"
  wait_until 30 notified
  wait_until 30 "entitled '$1' $3"
}

start_fake
write_config 'recheck = ("100ms", "200ms");'
start_receiver
start_worker

# The sample of the contract, to the letter.
account_is '{"id":"usr_abc123","created_at":"2024-01-15T10:35:00Z",
  "updated_at":"2024-01-15T10:35:00Z","credits":150.0,"notify":1}'
wait_until 30 'entitled usr_abc123 true'
wait_until 30 queue_is_empty
account usr_abc123 >"$TMP/answer"
assert_json '[.account, .entitled, .state, .reason, .fresh, .pending,
  .valid_until]' '["usr_abc123",true,"active",'\
'"subscription active at provider",true,0,null]' <"$TMP/answer"
assert_json '.grants | map(del(.verified_at))' '[{"provider":"ecom9",'\
'"type":"ecom9","kind":"account","id":"usr_abc123","product":"P6ZmR29aTyQb",'\
'"label":"pro","state":"active","entitled":true,'\
'"since":"2024-01-15T10:35:00Z","until":null,"status":"active"}]' \
  <"$TMP/answer"
assert_json '.credits' '[{"provider":"ecom9","product":null,'\
'"amount":"150.00","unit":"credits"}]' <"$TMP/answer"
assert_eq "$(status_of tu account usr_abc123)" 0
assert_eq "$(status_of tu account usr_abc123 --product P6ZmR29aTyQb)" 0
assert_eq "$(status_of tu account usr_abc123 --product other)" 2

# Paused and deleted look the same; a later "true" opens the grant again.
hears usr_abc123 '{"is_active":false,"updated_at":"2024-02-01T00:00:00Z"}' false
account usr_abc123 | assert_json '[.state, .reason, .grants[0].status]' \
  '["ended","subscription inactive at provider","inactive"]'
hears usr_abc123 '{"is_active":true,"updated_at":"2024-03-01T00:00:00Z"}' true
hears usr_abc123 '{"is_active":false,"event":"subscription-deleted",
  "updated_at":"2024-04-01T00:00:00Z"}' false
history account usr_abc123 '[.status, .state, .at]' | jq -sc . | is '[
  ["active","active","2024-01-15T10:35:00Z"],
  ["inactive","ended","2024-02-01T00:00:00Z"],
  ["active","active","2024-03-01T00:00:00Z"],
  ["inactive","ended","2024-04-01T00:00:00Z"]]'
tu changes | jq -sc 'map([.was, .entitled, .cause])' | is '[
  [false,true,"notified"],[true,false,"notified"],[false,true,"notified"],
  [true,false,"notified"]]'

# Forged, and unknown words: the account is asked, and nothing comes of it.
before=$(requests account usr_abc123)
for event in subscription-resumed subscription.resumed invoice.created; do
  assert_eq "$(post '{"event":"'$event'","account_ref_id":"usr_abc123",
    "is_active":true,"label_name":"pro"}')" 200 "$event"
done
wait_until 30 "[ \$(requests account usr_abc123) -gt $before ]"
wait_until 30 queue_is_empty
assert_eq "$(account usr_abc123 | jq -c .entitled)" false "forged"
assert_eq "$(tu changes | wc -l)" 4 "changes after forged notices"

# Not of the documented form, or without the token: nothing is stored.
for body in '{}' '{"event":"subscription-created"}' \
  '{"event":"subscription-created","account_ref_id":""}' \
  '{"event":"subscription-created","account_ref_id":".."}' \
  '{"account_ref_id":"usr_9"}' \
  '{"event":"invoice.paid","account_ref_id":"usr_9","transaction_id":"../x"}'
do
  assert_eq "$(post "$body")" 400 "$body"
done
good='{"event":"subscription-created","account_ref_id":"usr_9"}'
assert_eq "$(post "$good" "$RECEIVER_URL/hooks/ecom9")" 404 "no token"
assert_eq "$(post "$good" "$RECEIVER_URL/hooks/ecom9/wrong")" 404 "bad token"
assert_eq "$(requests account usr_9)" 0 "what was refused is asked about"

# Any reference: it reaches the provider as one segment of the path.
for ref in 'tenant/42' '50%2Foff%' '../usr_abc123' 'a b?c=d#e' 'żółw-日本-😀' \
  '-'; do
  account_is "$(jq -nc --arg ref "$ref" '{id: $ref, credits: 1, notify: 1}')"
  wait_until 30 "entitled '$ref' true"
  assert_eq "$(account "$ref" | jq -r '.grants[0].id')" "$ref"
done

# Not there yet when its notice comes, then there.
account_is '{"id":"young"}'
control hide '{"kind":"account","id":"young","requests":1,"notify":1}' >/dev/null
wait_until 30 'entitled young true'
history account young .status | is '"active"'

# The other shape: one grant for each, and one that is active will do.
account_is '{"id":"several","notify":1,"subscriptions":[
  {"is_active":false,"created_at":"2024-01-01T00:00:00Z",
   "updated_at":"2024-05-01T00:00:00Z",
   "subscription_tier":{"product_manage_id":"A","label_name":"basic"}},
  {"is_active":true,"created_at":"2024-01-02T00:00:00Z",
   "updated_at":"2024-04-01T00:00:00Z",
   "subscription_tier":{"product_manage_id":"B","label_name":"pro"}}]}'
wait_until 30 'entitled several true'
account several | assert_json '[.grants[] | [.product, .label, .entitled]]' \
  '[["A","basic",false],["B","pro",true]]'
assert_eq "$(status_of tu account several --product A)" 2
assert_eq "$(status_of tu account several --product B)" 0

# Neither shape: no answer, whatever product is asked about.
control edit '{"kind":"account","id":"several","remove":["subscriptions"],
  "set":{"subscription_list":["A","B"]},"notify":1}' >/dev/null
wait_until 30 'entitled several null'
for product in A B C; do
  assert_eq "$(status_of tu account several --product $product)" 3 "$product"
done
account several | assert_json '[.state, .grants[0].status]' \
  '["unknown","unknown"]'
ends_well "$WORKER_PID"
ends_well "$RECEIVER_PID"
