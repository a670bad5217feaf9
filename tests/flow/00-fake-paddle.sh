#!/bin/bash
# The simulated Paddle answers as its documentation says: a bearer key, entities
# inside of data, adjustments of a transaction on request only, errors with a
# code, and events that are signed over their time and their bytes.
export PROVIDER=paddle
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"

start_fake
control create '{"kind":"subscription","id":"sub_1","customer":"ctm_7",
  "account":"usr_1","next_billed_at":"2026-02-28T00:00:00Z"}' >/dev/null
control create '{"kind":"transaction","id":"txn_1","subscription":"sub_1",
  "billing_period":{"starts_at":"2026-01-28T00:00:00Z",
  "ends_at":"2026-02-28T00:00:00Z"}}' >/dev/null
control create '{"kind":"adjustment","id":"adj_1","transaction":"txn_1",
  "status":"pending_approval"}' >/dev/null

assert_eq "$(curl -sS -o "$TMP/out" -w '%{http_code}' \
  -H "Authorization: $KEY" "$FAKE_URL/subscriptions/sub_1")" 401 "no Bearer"
assert_json .error.code '"authentication_missing"' <"$TMP/out"
api /subscriptions/sub_2 | assert_json .error.code '"not_found"'
api /subscriptions/sub_1 | assert_json '.data | [.id, .status, .customer_id,
  .custom_data.account, .next_billed_at, .scheduled_change,
  (.management_urls | length)]' '["sub_1","active","ctm_7","usr_1",'\
'"2026-02-28T00:00:00.000000Z",null,1]'
api /transactions/txn_1 | assert_json '.data | [.status, .subscription_id,
  .billing_period.ends_at, has("adjustments")]' \
  '["completed","sub_1","2026-02-28T00:00:00.000000Z",false]'
api '/transactions/txn_1?include=adjustment' | assert_json '.data.adjustments |
  map([.id, .action, .type, .status])' \
  '[["adj_1","refund","full","pending_approval"]]'

# Dates follow a status, and updated_at every change.
control transition '{"kind":"subscription","id":"sub_1","status":"paused"}' \
  >/dev/null
api /subscriptions/sub_1 | assert_json '.data | [.status, .paused_at != null,
  .paused_at == .updated_at]' '["paused",true,true]'

# A vector: HMAC-SHA256 of "TS:BODY" with the secret as it is.
body='{"event_id":"evt_1"}'
ts=1700000000
mac=$(printf '%s:%s' "$ts" "$body" | openssl dgst -sha256 -hmac pdl_1 -r)
control sign "$(jq -nc --arg body "$body" --argjson at "$ts" \
  '{body: $body, at: $at, secret: "pdl_1"}')" |
  assert_json '."Paddle-Signature"' "\"ts=$ts;h1=${mac%% *}\""
control config "{\"hooks\":{\"adjustment\":\"$FAKE_URL/_control/sink\"}}" \
  >/dev/null
control notify '{"kind":"adjustment","id":"adj_1"}' >/dev/null
wait_until 5 notified
ask sink | grep -q adjustment.created || fail "not notified: $(ask sink)"
