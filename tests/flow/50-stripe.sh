#!/bin/bash
# The life of a Stripe subscription and of a one-time purchase, as the events of
# a billing integration guide tell it: each row is an event, what the provider
# holds by then, and the answer that the account must get of it.
# shellcheck source=/dev/null
export PROVIDER=stripe
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/serve.sh"

ANSWER='[.entitled, .state, .grants[0].product, .grants[0].label]'

# The answer about $1 becomes the JSON $2, of the filter $3.
becomes() {
  wait_until 30 "account '$1' | jq -e '${3:-$ANSWER} == $2'"
}

# row EVENT KIND ID CHANGE ANSWER: a change, its notification, the answer
row() {
  happens "$2" "$3" "$(jq -c '. + {notify: true}' <<<"$4")"
  becomes usr_1 "$5" || fail "$1"
  echo "$1: $5"
}

start_fake
write_config 'recheck = ("100ms", "200ms");'
start_receiver
start_worker

control create '{"kind":"customer","id":"cus_9"}' >/dev/null
control create '{"kind":"subscription","id":"sub_1","customer":"cus_9",
  "product":"prod_base","lookup_key":"basic","period_end":"+20d"}' >/dev/null
control create '{"kind":"payment_intent","id":"pi_1","customer":"cus_9"}' \
  >/dev/null
control create '{"kind":"invoice","id":"in_1","customer":"cus_9",
  "status":"open","subscription":"sub_1","invoice_of":"pi_1"}' >/dev/null
control create '{"kind":"checkout_session","id":"cs_live_1","mode":"subscription",
  "status":"open","payment_status":"unpaid","customer":"cus_9",
  "client_reference_id":"usr_1"}' >/dev/null
assert_eq "$(status_of tu account usr_1)" 2 "before"

# The session says whose subscription it is.
row checkout.session.completed checkout_session cs_live_1 \
  '{"status":"complete","payment_status":"paid","subscription":"sub_1"}' \
  '[true,"active","prod_base","basic"]'
assert_eq "$(account stripe/cus_9 | jq -c '[.entitled, .grants]')" '[false,[]]' \
  "the customer's own account"
# Renewed without end, it is believed until a month behind the next renewal.
account usr_1 | jq -c '(.valid_until | fromdate) - now |
  . > 49 * 86400 and . <= 50 * 86400' | is true

row invoice.paid invoice in_1 '{"status":"paid"}' \
  '[true,"active","prod_base","basic"]'
wait_until 30 "history invoice in_1 .state | tail -n 1 | grep -q paid"

row customer.subscription.updated subscription sub_1 \
  '{"status":"past_due"}' '[false,"past_due","prod_base","basic"]'
row customer.subscription.updated subscription sub_1 \
  '{"status":"active"}' '[true,"active","prod_base","basic"]'
row customer.subscription.updated subscription sub_1 \
  '{"status":"unpaid"}' '[false,"paused","prod_base","basic"]'
row customer.subscription.updated subscription sub_1 \
  '{"status":"active"}' '[true,"active","prod_base","basic"]'
row "plan change" subscription sub_1 \
  '{"product":"prod_plus","price":"price_plus","lookup_key":"plus"}' \
  '[true,"active","prod_plus","plus"]'

# A failed payment alone takes nothing away; its reason is kept.
row payment_intent.payment_failed payment_intent pi_1 \
  '{"status":"requires_payment_method","failure":"card_declined"}' \
  '[true,"active","prod_plus","plus"]'
wait_until 30 "history payment_intent pi_1 .status | grep -q requires_payment"
account usr_1 | assert_json .entitled true

end=$(ahead 1728000)
row "cancel at the period's end" subscription sub_1 \
  "{\"cancel_at_period_end\":true,\"period_end\":$end}" \
  '[true,"active","prod_plus","plus"]'
becomes usr_1 "\"$(date -u -d "@$end" +%FT%TZ)\"" .valid_until
assert_eq "$(status_of tu account usr_1 --at "$((end - 1))")" 0 "to the end"
assert_eq "$(status_of tu account usr_1 --at "$end")" 2 "at the end"
row customer.subscription.deleted subscription sub_1 '{"status":"canceled"}' \
  '[false,"ended","prod_plus","plus"]'

history subscription sub_1 .status | tr -d '\n' |
  grep -q '"past_due""active""unpaid""active""active""active""canceled"$' ||
  fail "$(history subscription sub_1)"

# A purchase of its own, paid later, then refunded.
control create '{"kind":"payment_intent","id":"pi_2","latest_charge":"ch_2",
  "status":"processing","customer":"cus_9"}' >/dev/null
control create '{"kind":"charge","id":"ch_2","payment_intent":"pi_2",
  "customer":"cus_9","amount":4900}' >/dev/null
control create '{"kind":"checkout_session","id":"cs_live_2","customer":"cus_9",
  "payment_status":"unpaid","payment_intent":"pi_2","line_product":"prod_book",
  "client_reference_id":"usr_2","notify":true}' >/dev/null
BOOK='[.entitled, .state, .grants[0].product]'
becomes usr_2 '[false,"pending","prod_book"]' "$BOOK"
happens checkout_session cs_live_2 '{"payment_status":"paid","notify":true}'
becomes usr_2 '[true,"paid","prod_book"]' "$BOOK"
control create '{"kind":"refund","charge":"ch_2","amount":4900}' >/dev/null
notify charge ch_2
becomes usr_2 'false' .entitled
account usr_2 | jq -r .reason | grep -qi refund || fail "no reason is given"

# Seats: told with what grants them, added up for each product, known as they
# were, and no change of access.
seats() {
  jq -nc '$ARGS.positional as $a | [range(0; $a | length; 2) |
    {provider: "stripe", product: $a[.], quantity: $a[. + 1]}]' --args "$@"
}

control create '{"kind":"subscription","id":"sub_s1","account":"usr_3",
  "product":"prod_seat","quantity":5,"notify":true}' >/dev/null
becomes usr_3 "$(seats prod_seat 5)" .quantities
account usr_3 | assert_json '.grants[0].quantity' '"5"'
control create '{"kind":"subscription","id":"sub_s2","account":"usr_3",
  "product":"prod_seat","quantity":8,"notify":true}' >/dev/null
becomes usr_3 "$(seats prod_seat 13)" .quantities
control create '{"kind":"checkout_session","id":"cs_live_3",
  "line_product":"prod_book","client_reference_id":"usr_3","notify":true}' \
  >/dev/null
becomes usr_3 "$(seats prod_book 1 prod_seat 13)" .quantities
account usr_3 --product prod_seat | jq -c .quantities | is "$(seats prod_seat 13)"

# Over HTTP it is the same, and as it is described.
start_serve
get 200 /v1/accounts/usr_3
jq -c .quantities "$TMP/body" | is "$(seats prod_book 1 prod_seat 13)"
get 200 '/v1/accounts/usr_3?product=prod_book'
jq -c .quantities "$TMP/body" | is "$(seats prod_book 1)"
get 200 /v1/accounts/usr_3
jq -e --slurpfile api "$SRC/etc/openapi.json" '
  def fits($s): (keys - ($s.properties | keys)) == [] and
    ($s.required - keys) == [];
  $api[0].components.schemas as $s | fits($s.Account) and
  ([.grants[] | has("quantity") and fits($s.Grant)] | all) and
  ([.quantities[] | fits($s.Account.properties.quantities.items)] | all)
  ' "$TMP/body" >/dev/null || fail "not as described: $(cat "$TMP/body")"
changes 'select(.account == "usr_3").grant' |
  jq -es --slurpfile api "$SRC/etc/openapi.json" '
  $api[0].components.schemas.Change.properties.grant.oneOf[0] as $s |
  [.[] | .quantity == "5" and keys - ($s.properties | keys) == []] ==
  [true]' >/dev/null || fail "not as described: $(changes)"
ends_well "$SERVE_PID"
wait_until 30 queue_is_empty
edges=$(changes | wc -l)
moment=$(date -u +%FT%T.%3NZ)
happens subscription sub_s1 '{"quantity":2,"notify":true}'
becomes usr_3 "$(seats prod_book 1 prod_seat 10)" .quantities
account usr_3 --at "$moment" | jq -c .quantities |
  is "$(seats prod_book 1 prod_seat 13)"
account usr_3 --known-at "$moment" | jq -c .quantities |
  is "$(seats prod_book 1 prod_seat 13)"
assert_eq "$(changes | wc -l)" "$edges" "a change of seats is an edge"
tu account usr_3 | grep -Eq '^stripe +prod_seat +10$' ||
  fail "the sum is not for people: $(tu account usr_3)"
tu account usr_3 --explain | grep -Eq '^ +quantity +2$' ||
  fail "not explained: $(tu account usr_3 --explain)"
tu account usr_3 --explain --json | tail -n +2 |
  jq -sc 'map(.grants[].quantity) | sort' | is '["1","2","8"]'
history subscription sub_s1 .reason | tail -n 1 | is '"quantity: 2"'

# What is metered has none: the sum says that it is a part. What ended counts
# no more.
happens subscription sub_s1 '{"quantity":null,"notify":true}'
becomes usr_3 '[["prod_seat","8",true]]' \
  '.quantities | map(select(.partial) | [.product, .quantity, .partial])'
tu account usr_3 | grep -Eq '^stripe +prod_seat +8, in part$' ||
  fail "a part is taken for the whole: $(tu account usr_3)"
account usr_3 | assert_json '[.grants[] | has("quantity")] | sort' \
  '[false,true,true]'
happens subscription sub_s2 '{"status":"canceled","notify":true}'
becomes usr_3 "$(seats prod_book 1)" .quantities
# Who was never told of any has no such member.
assert_eq "$(account usr_nobody | jq 'has("quantities")')" false

# What differs is told, and nothing is written.
wait_until 30 queue_is_empty
happens subscription sub_s1 '{"quantity":4}'
assert_eq "$(status_of tu verify stripe)" 2 "other seats are no drift"
(tu verify stripe --json || true) | jq -c 'select(.id == "sub_s1" and
  .what == "quantity") | [.here, .there, .access]' | is '[null,"4",false]'
account usr_3 | jq -c .quantities | is "$(seats prod_book 1)"

wait_until 30 queue_is_empty
assert_eq "$(tu queue list | grep -c parked || true)" 0 "parked jobs"
ends_well "$WORKER_PID"
ends_well "$RECEIVER_PID"
grep -hF -e jane@ -e "$HOOK_SECRET" -e "$KEY" "$TMP"/receiver.log \
  "$TMP"/worker.log && fail "the logs tell what nobody may see"
true
