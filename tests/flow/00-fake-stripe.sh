#!/bin/bash
# The simulator answers as Stripe's reference says: objects, lists in pages, the
# shapes before and since 2025-03-31, errors; and it signs what it sends.
# shellcheck source=/dev/null
export PROVIDER=stripe
. "$(dirname "$0")/lib.sh"

code() {
  api "$1" -o "$TMP/body" -w '%{http_code}'
}

start_fake
control create '{"kind":"customer","id":"cus_1"}' >/dev/null
control create '{"kind":"subscription","id":"sub_1","account":"usr",
  "product":"prod_9","period_end":1700000000,"cancel_at":"2030-01-01T00:00:00Z"}' \
  >/dev/null
api /v1/subscriptions/sub_1 >"$TMP/s"
assert_json '[.id, .object, .status, .customer, .metadata.account_ref_id]' \
  '["sub_1","subscription","active","cus_1","usr"]' <"$TMP/s"
assert_json '.items.data[0] | [.price.product, .current_period_end]' \
  '["prod_9",1700000000]' <"$TMP/s"
assert_json '[.cancel_at, has("current_period_end"), .items.has_more]' \
  '[1893456000,false,false]' <"$TMP/s"

# Deleted is canceled, and stays retrievable; the lists leave it out.
control create '{"kind":"subscription","id":"sub_2","status":"canceled"}' \
  >/dev/null
assert_eq "$(code /v1/subscriptions/sub_2)" 200 canceled
api '/v1/subscriptions?customer=cus_1' | assert_json '[.data[].id]' '["sub_1"]'
api '/v1/subscriptions?customer=cus_1&status=all' |
  assert_json '[.data[].id]' '["sub_2","sub_1"]'
api '/v1/subscriptions' | assert_json '[.data[].id]' '["sub_1"]'
api '/v1/subscriptions?status=all' |
  assert_json '[.data[].id, .has_more]' '["sub_2","sub_1",false]'
api '/v1/subscriptions?customer=cus_1&status=all&limit=1' |
  assert_json '[.data[].id, .has_more]' '["sub_2",true]'
api '/v1/subscriptions?customer=cus_1&status=all&starting_after=sub_2' |
  assert_json '[.data[].id, .has_more]' '["sub_1",false]'

# Errors.
assert_eq "$(code /v1/subscriptions/sub_3)" 404 "no such"
assert_json .error.code '"resource_missing"' <"$TMP/body"
assert_eq "$(KEY=x code /v1/subscriptions/sub_1)" 401 "bad key"
assert_json .error.type '"invalid_request_error"' <"$TMP/body"

# From a payment to what it paid for, and back from a refund to its charge.
control create '{"kind":"payment_intent","id":"pi_1"}' >/dev/null
control create '{"kind":"invoice","id":"in_1","subscription":"sub_1",
  "invoice_of":"pi_1"}' >/dev/null
control create '{"kind":"charge","id":"ch_1","payment_intent":"pi_1",
  "amount":100}' >/dev/null
control create '{"kind":"refund","id":"re_1","charge":"ch_1","amount":40}' \
  >/dev/null
api '/v1/invoice_payments?payment[type]=payment_intent&payment[payment_intent]=pi_1' |
  assert_json '[.data[].invoice]' '["in_1"]'
api /v1/invoices/in_1 |
  assert_json .parent.subscription_details.subscription '"sub_1"'
api /v1/charges/ch_1 | assert_json '[.amount_refunded, .refunded]' '[40,false]'
control create '{"kind":"refund","charge":"ch_1","amount":60}' >/dev/null
api /v1/charges/ch_1 |
  assert_json '[.amount_refunded, .refunded, has("invoice")]' '[100,true,false]'
api '/v1/refunds?charge=ch_1' | assert_json '.data | length' 2

control create '{"kind":"checkout_session","id":"cs_1","payment_intent":"pi_1"}' \
  >/dev/null
api /v1/checkout/sessions/cs_1 | assert_json 'has("line_items")' false
api /v1/checkout/sessions/cs_1/line_items |
  assert_json '[.data[].price.product]' '["prod_1"]'
api '/v1/checkout/sessions?payment_intent=pi_1' |
  assert_json '[.data[].id]' '["cs_1"]'

control config '{"quirks":{"before_basil":true,"embedded_items":0}}' >/dev/null
api /v1/invoices/in_1 | assert_json '[.subscription, has("parent")]' \
  '["sub_1",false]'
api /v1/charges/ch_1 | assert_json .invoice '"in_1"'
api /v1/subscriptions/sub_1 | assert_json '[.items.data, .items.has_more]' \
  '[[],true]'
api '/v1/subscription_items?subscription=sub_1' |
  assert_json '[.data[].id]' '["si_1"]'
assert_eq "$(code '/v1/invoice_payments?payment[type]=payment_intent')" 404 \
  "no such endpoint then"

# The vector of Stripe's rule: the key is the whole secret.
control sign '{"secret":"whsec_test_secret","at":1492774577,
  "body":"{\"id\":\"evt_test_webhook\",\"object\":\"event\"}"}' |
  assert_json '."Stripe-Signature"' '"t=1492774577,v1=88a022085c6bdb887b02cb26ff76dd681234d9675c0f22844059f55552a8883a,v0=00"'
control config "{\"hooks\":{\"subscription\":\"$FAKE_URL/_control/sink\"}}" \
  >/dev/null
control transition '{"kind":"subscription","id":"sub_1","status":"canceled",
  "notify":true}' >/dev/null
wait_until 30 notified
ask sink | assert_json '[.object, .type, .data.object.id, .livemode]' \
  '["event","customer.subscription.deleted","sub_1",true]'

# The log tells of it too, newest first, in pages, and from a moment on.
api '/v1/events?limit=1' | assert_json '[.object, .has_more, .data[0].type,
  .data[0].data.object.id]' \
  '["list",true,"customer.subscription.deleted","sub_1"]'
first=$(api '/v1/events?limit=1' | jq -r '.data[0].id')
api "/v1/events?limit=100&starting_after=$first" | assert_json "[.has_more,
  (.data | map(.id) | index(\"$first\")), (.data | length > 5)]" \
  '[false,null,true]'
api '/v1/events?types[]=customer.subscription.deleted' |
  assert_json '.data | map(.type) | unique' '["customer.subscription.deleted"]'
api "/v1/events?created[gte]=$(($(date +%s) + 60))" | assert_json .data '[]'
