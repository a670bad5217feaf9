#!/bin/bash
# The simulated Ecart Pay answers as its documentation says: a key that buys a
# token for an hour, tokens without a scheme word, lists that end at page ten
# unless one has the token, billing information in every shape, and signatures
# over data alone.
export PROVIDER=ecartpay
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"

ID=65b0565f7f9f000000000001

create() {
  control create "$1" >/dev/null
}

quirks() {
  control config "{\"quirks\":$1}" >/dev/null
}

# code PATH [CURL-OPTION...]: the HTTP status
code() {
  local path=$1
  shift
  curl -sS -o "$TMP/out" -w '%{http_code}' "$@" "$FAKE_URL$path"
}

start_fake
create "{\"kind\":\"order\",\"id\":\"$ID\",\"total\":\"243.30\"}"

# The key buys tokens and nothing else; a token stands alone.
token=$(curl -sS -X POST -u "$KEY" "$FAKE_URL$LIB_TOKEN_PATH" | jq -r .token)
jq -R 'split(".")[1] | @base64d | fromjson' <<<"$token" |
  assert_json '.exp - .iat' 3600
assert_eq "$(code "$LIB_TOKEN_PATH" -X POST -u a:b)" 401 "another key"
assert_json .message '"Unauthorized"' <"$TMP/out"
assert_eq "$(code "$LIB_TOKEN_PATH" -u "$KEY")" 405 "GET"
assert_eq "$(code "/api/orders/$ID" -H "Authorization: $token")" 200 "token"
assert_json '[.id, .status]' "[\"$ID\",\"created\"]" <"$TMP/out"
assert grep -qF '"total":243.30' "$TMP/out"
assert_eq "$(code "/api/orders/$ID" -H "Authorization: Bearer $token")" 401
assert_eq "$(code "/api/orders/$ID" -H "Authorization: ${token}x")" 401
assert_eq "$(code "/api/orders/$ID" -u "$KEY")" 401 "the key itself"
quirks '{"bearer":true}'
assert_eq "$(code "/api/orders/$ID" -H "Authorization: $token")" 401 "bare"
assert_eq "$(code "/api/orders/$ID" -H "Authorization: Bearer $token")" 200
quirks '{"token_uses":1}'
token=$(curl -sS -X POST -u "$KEY" "$FAKE_URL$LIB_TOKEN_PATH" | jq -r .token)
assert_eq "$(code "/api/orders/$ID" -H "Authorization: $token")" 200 "first"
assert_eq "$(code "/api/orders/$ID" -H "Authorization: $token")" 401 "second"
quirks '{}'

# Pages by number up to the tenth, and by a token that has to be escaped.
create '{"kind":"transaction","id":1,"count":24}'
list='/api/transactions?limit=2'
api "$list&page=1" | assert_json '[.count, (.docs | length), has("next_token")]' \
  '[24,2,false]'
api "$list&page=10" | jq -r .next_token >"$TMP/token"
assert_eq "$(cat "$TMP/token")" dG9r+20/a== "the token"
api "$list&page=11" | assert_json .message '"No such object."'
next=$(jq -rR @uri "$TMP/token")
api "$list&next=$next" | assert_json '[.docs[].transaction_id]' \
  '["TR0000000004","TR0000000003"]'
api "$list&next=$(cat "$TMP/token")" | assert_json .message '"No such object."'

# Billing information: only as a list, in whatever shape.
create '{"kind":"billing","id":7}'
create '{"kind":"billing","id":8,"user_id":"77"}'
api /api/billings/clients | assert_json '[.count, [.docs[].user_id]]' \
  '[2,["77","1849"]]'
api '/api/billings/clients?user_id=77&provider_id=62ab6f2172362c74e1328109' |
  assert_json '[.docs[].id]' '["65b0565f7f9f000000000008"]'
api '/api/billings/clients?limit=1&page=2' |
  assert_json '[.count, .docs[0].user_id]' '[2,"1849"]'
quirks '{"billing":"array"}'
api /api/billings/clients | assert_json length 2
quirks '{"billing":"object"}'
api '/api/billings/clients?user_id=77' | assert_json .user_id '"77"'
quirks '{"count_more":3}'
api /api/billings/clients | assert_json '[.count, (.docs | length)]' '[5,2]'
api /api/billings/clients/65b0565f7f9f000000000008 | assert_json .message \
  '"No such path."'
quirks '{}'

# The payload of both events is the same; the signature is over data alone.
control config "{\"hooks\":{\"billing\":\"$FAKE_URL/_control/sink\"}}" >/dev/null
notify billing 65b0565f7f9f000000000007
wait_until 5 notified
control delete '{"kind":"billing","id":"65b0565f7f9f000000000007",
  "notify":true}' >/dev/null
wait_until 5 notified
ask sink >"$TMP/sink"
assert_eq "$(jq -r .event "$TMP/sink" | tr '\n' ' ')" \
  'billing_information.updated billing_information.deleted ' events
assert_eq "$(jq -c .data "$TMP/sink" | sort -u | wc -l)" 1 payloads
assert_json 'select(.event | endswith("deleted")).data.active' true \
  < <(tail -n 1 "$TMP/sink")
body='{ "event": "x", "data": { "id": "a", "n": "México" } }'
control sign "$(jq -nc --arg body "$body" \
  '{body: $body, at: "2025-02-05T22:11:48.210Z", secret: "test_secret"}')" \
  >"$TMP/headers"
stamp=$(jq -r '."x-pay-timestamp"' "$TMP/headers")
hook=$(jq -r '."x-pay-webhook-id"' "$TMP/headers")
assert_eq "$stamp" 1738793508210 "milliseconds"
mac=$(printf '%s' "$stamp.$hook.{\"id\":\"a\",\"n\":\"México\"}" |
  openssl dgst -sha256 -hmac test_secret -r)
assert_eq "$(jq -r '."x-pay-signature"' "$TMP/headers")" "SHA256=${mac%% *}"
