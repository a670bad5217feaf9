#!/bin/bash
# The simulated Flexprice answers as its reference says: a key in a header of
# its own, two words for a status, a counter of versions, the customer inside of
# an answer or not, features in any order, errors of three shapes; signed.
# shellcheck source=/dev/null
export PROVIDER=flexprice
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"

# The HTTP status of a path of the API; its body is in $TMP/body.
code() {
  api "$1" -o "$TMP/body" -w '%{http_code}'
}

create() {
  control create "$1" >/dev/null
}

changes() {
  control transition "$1" >/dev/null
}

C=cust_01JX0000000000000000000001
S=subs_01JX0000000000000000000001
start_fake
create "{\"kind\":\"customer\",\"id\":\"$C\",\"external_id\":\"acct-42\"}"
create "{\"kind\":\"subscription\",\"id\":\"$S\",\"start_date\":
  \"2025-06-01T00:00:00Z\",\"features\":[{\"key\":\"sso\"},{\"key\":\"calls\",
  \"limit\":1000},{\"key\":\"off\",\"enabled\":false}]}"

# The key, and nothing else.
assert_eq "$(code "/subscriptions/$S")" 200
assert_eq "$(KEY=${KEY}x code "/subscriptions/$S")" 401 "another key"
assert_json . '{"error":"Invalid API key"}' <"$TMP/body"
assert_eq "$(LIB_KEY_HEADER='Authorization: Bearer ' code "/subscriptions/$S")" \
  401 "in another header"

# A subscription: two words for a status, and whose it is.
api "/subscriptions/$S" -D "$TMP/head" >"$TMP/s"
assert grep -qi '^content-type: application/json' "$TMP/head"
assert_json '[.id, .subscription_status, .status, .version, .start_date,
  .cancel_at, .cancel_at_period_end, .customer_id, .customer.external_id,
  has("features")]' \
  '["'$S'","active","published",1,"2025-06-01T00:00:00Z",null,false,'\
'"'$C'","acct-42",false]' <"$TMP/s"
jq -e '.updated_at | test("^[-0-9]+T[0-9:]+(\\.[0-9]{6})?Z$")' "$TMP/s" \
  >/dev/null || fail "the time is $(jq .updated_at "$TMP/s")"

# What it gives: the quirk turns the list round, as a map of Go does.
api "/subscriptions/$S/entitlements" >"$TMP/e"
assert_json '[.features[] | [.feature.lookup_key, .feature.type,
  .entitlement.is_enabled, .entitlement.usage_limit,
  .entitlement.usage_reset_period]]' '[["sso","boolean",true,null,""],'\
'["calls","metered",true,1000,"MONTHLY"],["off","boolean",false,null,""]]' \
  <"$TMP/e"
control config '{"quirks":{"turned":true,"no_customer":true}}' >/dev/null
api "/subscriptions/$S/entitlements" |
  assert_json '[.features[].feature.lookup_key]' '["off","calls","sso"]'
api "/subscriptions/$S" | assert_json 'has("customer")' false
control config '{"quirks":{"no_entitlements":true}}' >/dev/null
assert_eq "$(code "/subscriptions/$S/entitlements")" 404 "no entitlements"
control config '{"quirks":{}}' >/dev/null

# A change counts; a cancellation has its time.
changes "{\"kind\":\"subscription\",\"id\":\"$S\",\"features\":[]}"
api "/subscriptions/$S/entitlements" | assert_json .features null
api "/customers/$C/entitlements" |
  assert_json '[.customer_id, [.subscriptions[].id]]' "[\"$C\",[\"$S\"]]"
changes "{\"kind\":\"subscription\",\"id\":\"$S\",\"status\":\"cancelled\"}"
api "/subscriptions/$S" | assert_json \
  '[.subscription_status, .version, .cancelled_at == .updated_at]' \
  '["cancelled",3,true]'
api "/customers/$C/entitlements" | assert_json .subscriptions '[]'

# A row that is archived reads as if it were not there, unless it is cached.
changes "{\"kind\":\"subscription\",\"id\":\"$S\",\"row\":\"archived\"}"
assert_eq "$(code "/subscriptions/$S")" 404 "archived"
assert_json '[.code, .http_status_code]' '["not_found",404]' <"$TMP/body"
control config '{"quirks":{"cached_rows":true}}' >/dev/null
api "/subscriptions/$S" |
  assert_json '[.subscription_status, .status]' '["cancelled","archived"]'
control config '{"quirks":{}}' >/dev/null

# The other kinds: money is text, a payment names no customer.
create '{"kind":"invoice","id":"inv_01JX0000000000000000000001"}'
create '{"kind":"payment","id":"pay_01JX0000000000000000000001",
  "destination_id":"inv_01JX0000000000000000000001"}'
create '{"kind":"wallet","id":"wallet_01JX0000000000000000000001"}'
create '{"kind":"credit_note","id":"cn_01JX0000000000000000000001"}'
api /invoices/inv_01JX0000000000000000000001 | assert_json \
  '[.invoice_status, .payment_status, .amount_due, .customer.external_id]' \
  '["FINALIZED","PENDING","29.99","acct-42"]'
changes '{"kind":"payment","id":"pay_01JX0000000000000000000001",
  "status":"SUCCEEDED"}'
api /payments/pay_01JX0000000000000000000001 | assert_json \
  '[.payment_status, .destination_type, .destination_id, .failed_at,
    .succeeded_at == .updated_at, has("customer_id"), has("version")]' \
  '["SUCCEEDED","INVOICE","inv_01JX0000000000000000000001",null,true,false,'\
'false]'
api /wallets/wallet_01JX0000000000000000000001 | assert_json \
  '[.wallet_status, .credit_balance, .conversion_rate, has("customer")]' \
  '["active","10.00","1",false]'
api /creditnotes/cn_01JX0000000000000000000001 |
  assert_json '[.credit_note_status, .total_amount]' '["FINALIZED","9.99"]'

# Lists: active subscriptions only, unless words are named; newest first, unless
# told; an offset that is the next page's; nothing is null; POST and JSON only.
search() {
  api "$1/search" -X POST -H 'Content-Type: application/json' -d "$2"
}
create '{"kind":"subscription","id":"subs_01JX0000000000000000000007",
  "status":"paused"}'
create '{"kind":"subscription","id":"subs_01JX0000000000000000000008"}'
search /subscriptions '{}' | assert_json '[.items[].id], .pagination' \
  '["subs_01JX0000000000000000000008"]
{"total":1,"limit":50,"offset":50}'
search /subscriptions '{"limit":1,"offset":1,"subscription_status":["paused",
  "active"],"sort":[{"field":"created_at","direction":"asc"}]}' |
  assert_json '[.items[].id, .pagination.offset]' \
    '["subs_01JX0000000000000000000008",2]'
search /wallets '{"offset":1}' | assert_json .items null
api '/payments?limit=10&order=asc' | assert_json '.items | length' 1
assert_eq "$(code /subscriptions/search)" 405 "a search by GET"
search /invoices '[]' | assert_json .http_status_code 400

# Errors of three shapes.
assert_eq "$(code /invoices/inv_01JX0000000000000000000009)" 404 "no such"
for status in 403 500 429; do
  control fault "{\"status\":$status}" >/dev/null
  assert_eq "$(code "/customers/$C")" "$status"
  jq -c keys "$TMP/body"
done | jq -sc . | assert_json . '[["error","message"],["error","success"],'\
'["code","details","http_status_code","message"]]'

# Signed as Standard Webhooks says, with what is behind whsec_, decoded; the
# same body is the same message.
control sign '{"secret":"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
  "at":1614265330,"body":"{\"event_type\":\"x\"}"}' | assert_json . \
  '{"svix-id":"msg_dda7c88177a05995","svix-timestamp":"1614265330",'\
'"svix-signature":"v1,1yjl4YGDrAsp/CZjHjoaBelUpLP6nFDbvHRt8nYWBHw="}'
control config "{\"hooks\":{\"payment\":\"$FAKE_URL/_control/sink\"}}" >/dev/null
notify payment pay_01JX0000000000000000000001
wait_until 20 notified
ask sink | assert_json '[.event_type, .payment.id, .payment.payment_status]' \
  '["payment.updated","pay_01JX0000000000000000000001","SUCCEEDED"]'
truth "select(.id == \"$S\") | [.status, .customer]" |
  assert_json . "[\"cancelled\",\"$C\"]"
