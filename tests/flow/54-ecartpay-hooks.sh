#!/bin/bash
# Whom the receiver of Ecart Pay's calls believes: the signature over the bytes
# of data, however they are written, within five minutes and with any of the
# secrets. The name of the event is not signed, and decides nothing.
# shellcheck source=/dev/null
export PROVIDER=ecartpay
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

SUB=65b0565f7f9f000000000001
ORDER=65b0565f7f9f00000000000a
BILLING=65b0565f7f9f0000000000b1

stored() {
  tu stats --json | jq '.inbox + .jobs.due + .jobs.waiting + .objects'
}

# signature TEXT STAMP [SECRET]: what signs that text, by another program
signature() {
  local mac
  mac=$(printf '%s' "$2.hook_1.$1" |
    openssl dgst -sha256 -hmac "${3:-$HOOK_SECRET}" -r)
  echo "SHA256=${mac%% *}"
}

now() {
  date +%s%3N
}

# send BODY SIGNATURE [STAMP [CURL-OPTION...]]: the HTTP status
send() {
  local body=$1 header=$2 stamp=${3:-$(now)}
  shift 2
  [ $# -eq 0 ] || shift
  curl -sS -o "$TMP/post.out" -w '%{http_code}' -X POST \
    -H 'Content-Type: application/json' -H "x-pay-timestamp: $stamp" \
    -H 'x-pay-webhook-id: hook_1' ${header:+-H "x-pay-signature: $header"} \
    "$@" --data-binary "$body" "$HOOK_URL"
}

# signed EVENT DATA [TEXT [SECRET]]: sent with a signature over TEXT (DATA)
signed() {
  local stamp
  stamp=$(now)
  send "{\"event\":\"$1\",\"data\":$2}" \
    "$(signature "${3:-$2}" "$stamp" "${4:-$HOOK_SECRET}")" "$stamp"
}

# refused STATUS WHAT: 401, no reason given, nothing stored
refused() {
  assert_eq "$1" 401 "$2"
  grep -qiE 'secret|mac|stamp|prefix|data' "$TMP/post.out" &&
    fail "$2: the reply says why: $(cat "$TMP/post.out")"
  assert_eq "$(stored)" 0 "$2: stored"
}

start_fake
write_config 'rate = 100.0;'
start_receiver
DATA="{\"id\":\"$ORDER\",\"status\":\"paid\"}"
stamp=$(now)
good=$(signature "$DATA" "$stamp")
body="{\"event\":\"orders.confirmation\",\"data\":$DATA}"

refused "$(send "$body" '')" "no signature"
refused "$(send "$body" "SHA256=$(printf '0%.0s' {1..64})")" forged
refused "$(send "$body" "${good%?}" "$stamp")" "a digit less"
refused "$(send "$body" "${good#SHA256=}" "$stamp")" "no prefix"
refused "$(send "$body" "$(signature "$body" "$stamp")" "$stamp")" "all of it"
refused "$(send "${body/paid/void}" "$good" "$stamp")" "tampered"
refused "$(send "$body" "$good" "$((stamp / 1000))")" "another stamp"
refused "$(send "$body" "$good" "$stamp" -H 'x-pay-webhook-id: b')" "two ids"
refused "$(send "$body" "$good" "$stamp" -H "x-pay-signature: $good")" twice
refused "$(signed orders.update "$DATA" "$DATA" another)" "another secret"
# (the last millisecond is in tests/unit/clients_ecartpay.c)
for off in -302000 3600000; do
  old=$((stamp + off))
  refused "$(send "$body" "$(signature "$DATA" "$old")" "$old")" "stamp $off"
done
seconds=$((stamp / 1000))
refused "$(send "$body" "$(signature "$DATA" "$seconds")" "$seconds")" seconds
refused "$(send "{\"event\":\"orders.update\",\"data\":$DATA,\"data\":$DATA}" \
  "$good" "$stamp")" "data twice"
refused "$(send 'no JSON' "$good" "$stamp")" "no JSON, not signed"

# Genuine, but no id that may touch a path: 400, and no request ever leaves.
long=$(printf 'a%.0s' {1..300})
for id in ../customers/1 %2e%2e "$long" "${ORDER%?}" "${ORDER}0" \
  'a\u0000b' TR0000016663 '' ; do
  assert_eq "$(signed orders.update "{\"id\":\"$id\"}")" 400 "id $id"
  assert_eq "$(signed billing_information.deleted "{\"id\":\"$id\"}")" 400
done
assert_eq "$(signed orders.update '{"id":nope}')" 400 "not JSON, but signed"
assert_eq "$(signed orders.update '{"status":"paid"}')" 400 "no id"
for event in transfer.created direct_debit.payment_success brand.new; do
  assert_eq "$(signed "$event" "$DATA")" 200 "$event"
  jq -e '.received and (.ignored | length > 0)' "$TMP/post.out" >/dev/null ||
    fail "$event is not ignored"
done
assert_eq "$(stored)" 0 "nothing that is tracked: stored"
drained
ask stats | assert_json .total 0

# Blanks, text that is not ASCII, keys in any order: over the bytes as they
# came, and over what JSON.stringify made of them.
control create "{\"kind\":\"order\",\"id\":\"$ORDER\"}" >/dev/null
control create "{\"kind\":\"subscription\",\"id\":\"$SUB\"}" >/dev/null
odd="{ \"z\" : 1.50,\"name\": \"México  \\u00e9 \\\"}\",
  \"id\" : \"$ORDER\" }"
even="{\"z\":1.50,\"name\":\"México  \\u00e9 \\\"}\",\"id\":\"$ORDER\"}"
assert_eq "$(signed orders.update "$odd")" 200 "as it came"
assert_eq "$(signed orders.update "$odd" "$even")" 200 "as it was stringified"
assert_eq "$(signed orders.update "$odd" "$(jq -cS . <<<"$odd")")" 401 sorted
assert_eq "$(signed orders.update "$even")" 200 "without blanks"
drained
requests order "$ORDER" | is 1

# The same signed data under other names: the answer decides, not the name.
told_and_drained subscription "$SUB"
stamp=$(now)
same="{\"id\":\"$SUB\",\"status\":\"cancelled\"}"
mac=$(signature "$same" "$stamp")
for event in subscription.cancelled subscription.created subscription.x; do
  assert_eq "$(send "{\"event\":\"$event\",\"data\":$same}" "$mac" "$stamp")" \
    200 "$event"
done
drained
history subscription "$SUB" .status | is '"active"'
assert entitled ecartpay/657b928db4c08f6f66847b09 true
# Billing data are told by their shape, whatever the event says.
control create "{\"kind\":\"billing\",\"id\":\"$BILLING\"}" >/dev/null
control config "{\"hooks\":{\"billing\":\"$HOOK_URL\"}}" >/dev/null
data="{\"id\":\"$BILLING\",\"active\":true,\"user_id\":\"1849\",
  \"billing_information\":{}}"
assert_eq "$(signed billing_information.deleted "$data")" 200 deleted
assert_eq "$(signed orders.confirmation "$data")" 200 "as an order"
drained
history billing "$BILLING" .status | is '"active"'
requests order "$BILLING" | is 0
ends_well "$RECEIVER_PID"

# While the secret is rotated both hold; a removed one does not.
(umask 077; printf '%s\n' new_secret "$HOOK_SECRET" >"$TMP/ecartpay.secret")
start_receiver
assert_eq "$(signed orders.update "$DATA" "$DATA" new_secret)" 200 "the new one"
assert_eq "$(signed orders.update "$DATA")" 200 "the old one"
ends_well "$RECEIVER_PID"
(umask 077; echo new_secret >"$TMP/ecartpay.secret")
config_changes '/options/d'
sed -i 's/    rate = 100.0;/&\n    options = { signed_body = true; unsigned_orders = true; };/' "$CONF"
start_receiver
assert_eq "$(signed orders.update "$DATA")" 401 "a secret that was removed"
# Signatures over the whole body, and calls of a notify_url without one, where
# the settings say so.
assert_eq "$(signed orders.update "$DATA" "{\"event\":\"orders.update\",\"data\":$DATA}" \
  new_secret)" 200 "all of it, by option"
assert_eq "$(send "$body" '')" 200 "an order, unsigned, by option"
assert_eq "$(send "${body/orders/subscription}" '')" 401 "and nothing else"
ends_well "$RECEIVER_PID"

# Without a secret it does not start.
config_changes '/hook_secret_file/d'
assert_eq "$(status_of tu check-config)" 1 "no secret"
grep -qF hook_secret_file "$TMP/status.err" || fail "it does not say why"
grep -qF -e "$HOOK_SECRET" -e new_secret -e México "$TMP"/*.log &&
  fail "a log tells a secret"
true
