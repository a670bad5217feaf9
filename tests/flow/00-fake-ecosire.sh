#!/bin/bash
# The simulated ECOSIRE answers as its documentation says: a strict bearer key,
# answers inside of three envelopes, lists in pages or of the active ones only,
# licences that are only in a list, errors whose message has two types; signed.
# shellcheck source=/dev/null
export PROVIDER=ecosire
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"

# The HTTP status of a path of the API; its body is in $TMP/body.
code() {
  api "$1" -o "$TMP/body" -w '%{http_code}'
}

create() {
  control create "$1" >/dev/null
}

envelope() {
  control config "{\"quirks\":{\"envelope\":\"$1\"}}" >/dev/null
}

O=018f3c2a-7b1e-7c3d-9a4b-1c2d3e4f5a6b
L=018f3c2a-7b1e-7c3d-9a4b-1c2d3e4f5a6c
start_fake
create "{\"kind\":\"order\",\"id\":\"$O\",\"contact\":\"contact-7\"}"
create '{"kind":"subscription","id":"sub_1","product":"prod-9",
  "currentPeriodEnd":"2030-01-01T00:00:00Z"}'
create '{"kind":"invoice","id":"inv_1","subscriptionId":"sub_1"}'
create "{\"kind\":\"license\",\"id\":\"$L\",\"expiresAt\":\"+1d\"}"

# The key, with its word in front.
assert_eq "$(code "/orders/$O")" 200
assert_eq "$(KEY=${KEY}x code "/orders/$O")" 401 "another key"
assert_json '[.statusCode, .error, (.message | type)]' \
  '[401,"Unauthorized","string"]' <"$TMP/body"
assert_eq "$(LIB_KEY_HEADER='Authorization: ' code "/orders/$O")" 401 "no Bearer"

# Objects; only an order has the time of its last change.
api "/orders/$O" -D "$TMP/head" | assert_json '.data | [.id, .status,
  .contact.id, .total, .currency, has("updatedAt")]' \
  "[\"$O\",\"confirmed\",\"contact-7\",4900,\"eur\",true]"
assert grep -qi '^content-type: application/json' "$TMP/head"
api /billing/subscriptions/sub_1 | assert_json '.data | [.id, .status,
  .items[0].productId, .currentPeriodEnd, .cancelAtPeriodEnd,
  has("updatedAt")]' \
  '["sub_1","active","prod-9","2030-01-01T00:00:00Z",false,false]'
api /billing/invoices/inv_1 |
  assert_json '.data | [.status, .amount, .subscriptionId]' '["paid",2900,"sub_1"]'

# Licences are in a list only, and it is bare.
assert_eq "$(code "/licenses/$L")" 404 "a single licence"
api /licenses | assert_json '[.[] | [.id, .status, .key]]' \
  "[[\"$L\",\"active\",\"ECOS-7b1e-7c3d-9a4b-1c2d\"]]"

# The envelopes.
envelope both
api "/orders/$O" | assert_json '[.data.id, .error, keys]' \
  "[\"$O\",null,[\"data\",\"error\"]]"
envelope list
api "/orders/$O" | assert_json '[.data[].id]' "[\"$O\"]"
envelope bare
api "/orders/$O" | assert_json .id "\"$O\""
envelope data
api /licenses | assert_json '[.data[].id]' "[\"$L\"]"
control config '{"quirks":{}}' >/dev/null

# Lists: pages of 20 and at most 100, one status; only active subscriptions.
create '{"kind":"order","count":120}'
create '{"kind":"order","status":"refunded"}'
api /orders | assert_json '.data | length' 20
api '/orders?limit=500' | assert_json '.data | length' 100
api '/orders?limit=100&page=2' | assert_json '.data | length' 22
api '/orders?page=9' | assert_json .data '[]'
api '/orders?status=refunded' | assert_json '.data | length' 1
control transition '{"kind":"subscription","id":"sub_1","status":"canceled"}' \
  >/dev/null
api /billing/subscriptions | assert_json .data '[]'
api /billing/subscriptions/sub_1 | assert_json .data.status '"canceled"'

# Errors: the message is a text, or a list of them.
assert_eq "$(code /billing/invoices/inv_9)" 404 "no such"
assert_json '[.statusCode, .error]' '[404,"Not Found"]' <"$TMP/body"
control fault '{"status":422}' >/dev/null
assert_eq "$(code /billing/invoices/inv_1)" 422
assert_json '[.error, (.message | type)]' '["Unprocessable Entity","array"]' \
  <"$TMP/body"

# Signed over the body, in hex; what it is called stands in headers, too.
control sign '{"secret":"test_secret",
  "body":"{\"obj1\":\"hello\",\"obj2\":\"world\"}"}' |
  assert_json '."X-Ecosire-Signature"' '"sha256='\
'bebb1a643997f419b315ddba19e6f5411e1ce7f810ba6d3617ce72823092f363"'
control sign '{"body":"{\"id\":\"evt_1\",\"event\":\"invoice.paid\"}"}' |
  assert_json '[."X-Ecosire-Event", ."X-Ecosire-Delivery"]' \
  '["invoice.paid","evt_1"]'

# Events: named after the state, with somebody else's customer in them.
control config "{\"hooks\":{\"subscription\":\"$FAKE_URL/_control/sink\",
  \"license\":\"$FAKE_URL/_control/sink\"}}" >/dev/null
notify subscription sub_1
wait_until 20 notified
ask sink | assert_json '[.event, .data.subscriptionId, .data.customerId,
  (.id | test("^evt_[0-9a-f]{32}$"))]' \
  '["subscription.deleted","sub_1","contact-evil",true]'
control transition "{\"kind\":\"license\",\"id\":\"$L\",\"status\":\"revoked\",
  \"by_key\":true,\"notify\":true}" >/dev/null
wait_until 20 notified
ask sink | tail -n 1 | assert_json '[.event, .data.licenseKey,
  (.data | has("licenseId"))]' \
  '["license.revoked","ECOS-7b1e-7c3d-9a4b-1c2d",false]'
truth 'select(.kind == "license") | .status' | assert_json . '"revoked"'
