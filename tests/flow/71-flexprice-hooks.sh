#!/bin/bash
# Whom the receiver believes of those who say that they are Flexprice: with a
# secret, a signature under svix-* or webhook-* headers, or the static header
# that a server of one's own sends; without one, everybody who knows the path.
# Then: what an envelope of any year is about; and a key put right after a 401.
# shellcheck source=/dev/null
export PROVIDER=flexprice
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

stored() {
  tu stats --json | jq '.inbox + .jobs.due + .jobs.waiting + .objects'
}

# headers BODY [AT [SECRET [PREFIX]]]: those of a genuine notification, one a
# line; another prefix of their names than svix
headers() {
  control sign "$(jq -nc --arg body "$1" --arg at "${2:-+0s}" \
    --arg secret "${3:-$HOOK_SECRET}" \
    '{body: $body, at: $at, secret: $secret}')" |
    jq -r 'to_entries[] | .key + ": " + .value' | sed "s/^svix/${4:-svix}/"
}

# send BODY [HEADERS]: the HTTP status
send() {
  local line args=()
  while read -r line; do
    [ -z "$line" ] || args+=(-H "$line")
  done <<<"${2:-}"
  curl -sS -o "$TMP/post.out" -w '%{http_code}' -X POST \
    -H 'Content-Type: application/json' "${args[@]}" \
    --data-binary "$1" "$HOOK_URL"
}

# refused BODY HEADERS WHAT: 401, no reason given, nothing stored
refused() {
  assert_eq "$(send "$1" "$2")" 401 "$3"
  grep -qiE 'expire|old|secret|time|mac|header' "$TMP/post.out" &&
    fail "$3: the reply says why: $(cat "$TMP/post.out")"
  assert_eq "$(stored)" 0 "$3: stored"
}

S=subs_01JX0000000000000000000001
start_fake
write_config
start_receiver
EVENT="{\"event_type\":\"subscription.updated\",\"subscription\":{\"id\":\"$S\"}}"
GOOD=$(headers "$EVENT")

refused "$EVENT" '' "no signature"
for name in id timestamp signature; do
  refused "$EVENT" "$(grep -v "^svix-$name" <<<"$GOOD")" "no svix-$name"
done
refused "$EVENT" "${GOOD//v1,/v2,}" "another version"
refused "$EVENT" "${GOOD//msg_/msg_0}" "another id"
refused "$EVENT " "$GOOD" "a blank more"
refused "$EVENT" "$(headers "$EVENT" -302s)" "too old"
refused "$EVENT" "$(headers "$EVENT" +400s)" "from the future"
refused "$EVENT" "$(headers "$EVENT" +0s whsec_b3RoZXI=)" "another secret"
refused "$EVENT" "svix-signature: v1,x
$(headers "$EVENT" +0s "$HOOK_SECRET" webhook)" "svix first, and it is wrong"
refused "$EVENT" "X-Api-Key: $HOOK_SECRET" "the secret itself"
assert_eq "$(send '{"x"' "$(headers '{"x"')")" 400 "genuine, but no JSON"
assert_eq "$(stored)" 0 "stored"

assert_eq "$(send "$EVENT" "$GOOD")" 200 "genuine"
assert_eq "$(send "$EVENT" "$(headers "$EVENT" +0s "$HOOK_SECRET" webhook)")" \
  200 "white label"
assert_eq "$(send "$EVENT" "${GOOD/v1,/v1,AAAA v1,}")" 200 "several signatures"
tu stats --json | assert_json .inbox 3

# A new secret beside the old one: both hold.
stop "$RECEIVER_PID" || fail "exit status $?"
printf '%s\n%s\n' whsec_b3RoZXI= "$HOOK_SECRET" >"$TMP/flexprice.secret"
start_receiver
assert_eq "$(send "$EVENT" "$(headers "$EVENT")")" 200 "the old secret"
assert_eq "$(send "$EVENT" "$(headers "$EVENT" +0s whsec_b3RoZXI=)")" 200 \
  "the new secret"

# taken BODY KIND ID: genuine, and about that object
taken() {
  assert_eq "$(send "$1" "$(headers "$1")")" 200 "$1"
  drain >/dev/null
  tu queue list --json | jq -e --arg kind "$2" --arg id "$3" \
    'select(.kind == $kind and .id == $id)' >/dev/null || fail "$1: no $2 $3"
  tu queue drop flexprice "$2" "$3" >/dev/null
}

# ignored BODY: genuine, nothing to do
ignored() {
  assert_eq "$(send "$1" "$(headers "$1")")" 200 "$1"
  assert_json '.ignored | type' '"string"' <"$TMP/post.out"
}

W=wallet_01JX0000000000000000000002
fault '{"status":503,"count":0}'
taken "{\"event_type\":\"wallet.transaction.updated\",
  \"updated_transaction\":{\"id\":\"wtxn_01JX0000000000000000000003\",
  \"wallet_id\":\"$W\"}}" wallet "$W"
taken "{\"alert_type\":\"x\",\"wallet_id\":\"$W\",\"feature_id\":\"f\"}" \
  wallet "$W"
taken "{\"webhook_type\":\"subscription.started\",\"object_type\":
  \"subscription\",\"data\":{\"object\":{\"id\":\"$S\"}}}" subscription "$S"
taken "{\"event_type\":\"entitlement.updated\",\"entitlement\":{
  \"entity_type\":\"SUBSCRIPTION\",\"entity_id\":\"$S\"}}" subscription "$S"
ignored '{"webhook_type":"fee.created","data":{"object":{"id":"fee_1"}}}'
ignored '{"event_type":"entitlement.updated","entitlement":{
  "entity_type":"PLAN","entity_id":"plan_01JX0000000000000000000004"}}'
control fault/clear '{}' >/dev/null

# A key that is refused bars the provider and loses nothing.
control create "{\"kind\":\"customer\",
  \"id\":\"cust_01JX0000000000000000000001\"}" >/dev/null
control create "{\"kind\":\"subscription\",\"id\":\"$S\",\"features\":[]}" \
  >/dev/null
control config '{"key":"another"}' >/dev/null
tu queue drop flexprice >/dev/null
assert_eq "$(send "$EVENT" "$(headers "$EVENT")")" 200 "while it is barred"
# (what failed before may still keep it waiting)
wait_until 30 "[ \"\$(drain)\" = 2 ]"
printf 'another\n' >"$TMP/flexprice.key"
wait_until 30 "[ \"\$(drain)\" = 0 ]"
# no external_id: the provider's own name of the customer
wait_until 30 'entitled flexprice/cust_01JX0000000000000000000001 true'

# A server of one's own: a header with a value, or nothing at all.
stop "$RECEIVER_PID" || fail "exit status $?"
printf 'first-value\nsecond-value\n' >"$TMP/flexprice.secret"
write_config 'options = { signature = "static"; static_header = "X-Hook"; };'
printf 'first-value\nsecond-value\n' >"$TMP/flexprice.secret"
start_receiver
assert_eq "$(send "$EVENT" '')" 401 "no static header"
assert_eq "$(send "$EVENT" 'X-Hook: first-valu')" 401 "another value"
assert_eq "$(send "$EVENT" 'X-Api-Key: first-value')" 401 "another header"
assert_eq "$(send "$EVENT" "$(headers "$EVENT")")" 401 "signed, but not asked for"
assert_eq "$(send "$EVENT" 'x-hook: second-value')" 200 "the value"
stop "$RECEIVER_PID" || fail "exit status $?"
config_changes '/hook_secret_file/d'
start_receiver
assert_eq "$(send "$EVENT")" 200 "without a secret"
