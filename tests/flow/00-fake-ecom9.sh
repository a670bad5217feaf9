#!/bin/bash
# The simulated ecom9 answers as its pages say, with nothing but curl and jq.
export PROVIDER=ecom9
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"

# The HTTP status of a URL, asked for with these options.
code() {
  local url=$1
  shift
  curl -sS -g -o "$TMP/body" -w '%{http_code}' "$@" "$url"
}

start_fake
control create '{"kind":"account","id":"usr_1","created_at":
  "2024-03-02T14:11:27Z","updated_at":"2024-03-02T14:11:27Z"}' >/dev/null

# The key, in either header, strictly; the slash at the end.
status=$FAKE_URL/api/account/usr_1/status/
assert_eq "$(code "$status" -H "Authorization: Bearer $KEY")" 200
assert_eq "$(code "$status" -H "X-API-Key: $KEY")" 200
assert_eq "$(code "$status")" 401
assert_json '.detail | type' '"string"' <"$TMP/body"
assert_eq "$(code "$status" -H "Authorization: $KEY")" 401
assert_eq "$(code "$status" -H "X-API-Key: ${KEY}x")" 401
assert_eq "$(code "${status%/}" -H "X-API-Key: $KEY")" 404

api /account/usr_1/status/ >"$TMP/status"
assert_json 'keys' '["account_ref_id","created_at","customer_email",'\
'"is_active","subscription_tier","updated_at"]' <"$TMP/status"
assert_json '[.account_ref_id, .is_active, .created_at]' \
  '["usr_1",true,"2024-03-02T14:11:27Z"]' <"$TMP/status"
assert_json '.subscription_tier | [.product_manage_id, .label_name, .price]' \
  '["P6ZmR29aTyQb","pro","32.00"]' <"$TMP/status"

# No ledger reads as 0.
api /account/usr_1/credits/ |
  assert_json . '{"account_ref_id":"usr_1","credits":0}'
control transition '{"kind":"account","id":"usr_1","credits":150.5}' >/dev/null
api /account/usr_1/credits/ | assert_json .credits 150.5
api /account/usr_1/status/ | assert_json .updated_at '"2024-03-02T14:11:27Z"'

# Pages of 20, of at most 100, newest first; one status only.
control create '{"kind":"transaction","account":"usr_1","status":"pending",
  "id":"123e4567-e89b-12d3-a456-426614174000"}' >/dev/null
control create '{"kind":"transaction","account":"usr_1","count":120}' >/dev/null
api /transactions/usr_1/ >"$TMP/page"
assert_json '[.count, .previous, (.results | length), .results[0].amount]' \
  '[121,null,20,"29.99"]' <"$TMP/page"
assert_json .next \
  "\"$FAKE_URL/api/transactions/usr_1/?page=2&page_size=20\"" <"$TMP/page"
api '/transactions/usr_1/?page=2&page_size=500' | assert_json \
  '[.next, (.results | length), .results[-1].transaction_uuid]' \
  '[null,21,"123e4567-e89b-12d3-a456-426614174000"]'
api '/transactions/usr_1/?status=pending' | assert_json .count 1
assert_eq "$(code "$FAKE_URL/api/transactions/usr_1/?page=8" \
  -H "X-API-Key: $KEY")" 404
assert_eq "$(code "$FAKE_URL/api/account/nobody/status/" \
  -H "X-API-Key: $KEY")" 404

# A reference of any alphabet is one escaped segment.
control create '{"kind":"account","id":"a/b %é"}' >/dev/null
api /account/a%2Fb%20%25%C3%A9/status/ | assert_json .account_ref_id '"a/b %é"'

# The notifications of the webhooks page, to the letter of their members.
control config "{\"hooks\":{\"account\":\"$FAKE_URL/_control/sink\",
  \"transaction\":\"$FAKE_URL/_control/sink\"}}" >/dev/null
control transition '{"kind":"account","id":"usr_1","is_active":false,
  "notify":1}' >/dev/null
wait_until 30 notified
ask sink | assert_json 'del(.timestamp)' '{"event":"subscription-paused",'\
'"account_ref_id":"usr_1","product_manage_id":"P6ZmR29aTyQb",'\
'"subscription_id":"sub_xxxx","label_name":"pro","is_active":false}'
control notify '{"kind":"transaction",
  "id":"123e4567-e89b-12d3-a456-426614174000"}' >/dev/null
wait_until 30 notified
ask sink | tail -n 1 >"$TMP/invoice"
grep -q '"amount":29.99,' "$TMP/invoice" || fail "the amount is no number"
assert_json 'del(.email, .invoice_id, .amount)' '{"success":true,'\
'"transaction_id":"123e4567-e89b-12d3-a456-426614174000",'\
'"event":"invoice.paid","credit_amount":0,"tier_credit_amount":0,'\
'"account_ref_id":"usr_1"}' <"$TMP/invoice"

# Not notified of: a renewal, a payment that failed.
control transition '{"kind":"account","id":"usr_1","is_active":true,
  "notify":"auto"}' >/dev/null
wait_until 30 notified
assert_eq "$(ask sink | wc -l)" 2 "notices"
truth 'select(.kind == "account" and .id == "usr_1") |
  [.is_active, .label, .credits]' | assert_json . '[true,"pro",150.5]'
