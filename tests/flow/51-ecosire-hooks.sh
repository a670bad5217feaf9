#!/bin/bash
# Whom the receiver believes: the signature over the bytes as they came, with
# its prefix or without; the rest is 401 and leaves nothing behind. A licence's
# key is not taken for its name.
# shellcheck source=/dev/null
export PROVIDER=ecosire
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

stored() {
  tu stats --json | jq '.inbox + .jobs.due + .jobs.waiting + .objects'
}

# The signature of the body $1 with the secret $2 (else ours), with its prefix.
signature() {
  control sign "$(jq -nc --arg body "$1" --arg secret "${2:-$HOOK_SECRET}" \
    '{body: $body, secret: $secret}')" | jq -r '."X-Ecosire-Signature"'
}

# send BODY SIGNATURE [CURL-OPTION...]: the HTTP status
send() {
  local body=$1 header=$2
  shift 2
  curl -sS -o "$TMP/post.out" -w '%{http_code}' -X POST \
    -H 'Content-Type: application/json' -H 'X-Ecosire-Delivery: dlv_1' \
    ${header:+-H "X-Ecosire-Signature: $header"} "$@" \
    --data-binary "$body" "$HOOK_URL"
}

# refused BODY SIGNATURE WHAT: 401, no reason given, nothing stored
refused() {
  assert_eq "$(send "$1" "$2")" 401 "$3"
  grep -qiE 'secret|mac|header|prefix' "$TMP/post.out" &&
    fail "$3: the reply says why: $(cat "$TMP/post.out")"
  assert_eq "$(stored)" 0 "$3: stored"
}

# ignored BODY: 200, with a reason, nothing stored
ignored() {
  assert_eq "$(send "$1" "$(signature "$1")")" 200 "$1"
  jq -e '.received and (.ignored | length > 0)' "$TMP/post.out" >/dev/null ||
    fail "not ignored: $1"
  assert_eq "$(stored)" 0 "ignored: stored"
}

start_fake
write_config
start_receiver
EVENT='{"id":"evt_1","event":"subscription.updated",
 "createdAt":"2026-03-20T12:00:00Z","data":{"subscriptionId":"sub_1"}}'
GOOD=$(signature "$EVENT")

refused "$EVENT" '' "no signature"
refused "$EVENT" "sha256=$(printf '0%.0s' {1..64})" "forged"
refused "$EVENT" "${GOOD%?}" "one digit less"
refused "$EVENT" "sha512=${GOOD#sha256=}" "another prefix"
refused "$EVENT" "$(signature "$EVENT" whsec_other)" "another secret"
refused "$EVENT " "$GOOD" "a blank more"
refused "$(jq -c . <<<"$EVENT")" "$GOOD" "the same JSON, written again"
refused '{"id":' "$GOOD" "no JSON, not signed"
assert_eq "$(send "$EVENT" "$GOOD" -H "X-Ecosire-Signature: $GOOD")" 401 twice
assert_eq "$(stored)" 0 "twice: stored"

# Genuine, but not as documented, or not for us.
for body in '{"id":' '[]' '{"id":"evt_1","data":{}}' \
  "${EVENT/sub_1/..\/x}" '{"id":"evt_1","event":"invoice.paid"}' \
  '{"id":"evt_1","event":"invoice.paid","data":{"invoiceId":"in_1"}}' \
  '{"event":"license.revoked","data":{"licenseId":"ECOS-AAAA-BBBB-CCCC-DDDD"}}'
do
  assert_eq "$(send "$body" "$(signature "$body")")" 400 "$body"
  grep -qF ECOS- "$TMP/post.out" && fail "the reply tells a key"
done
assert_eq "$(stored)" 0 "bad: stored"
ignored '{"id":"evt_1","event":"order.shipped","data":{"orderId":"x"}}'
ignored '{"id":"evt_1","event":"payment.failed","data":{"customerId":"c"}}'
ignored '{"id":"evt_1","event":"license.revoked",
  "data":{"licenseKey":"ECOS-AAAA-BBBB-CCCC-DDDD","domain":"example.com"}}'

# With the prefix and without it; the same delivery again is the same job.
assert_eq "$(send "$EVENT" "$GOOD")" 200 "with the prefix"
jq -e '.received and (has("ignored") | not)' "$TMP/post.out" >/dev/null ||
  fail "ignored: $(cat "$TMP/post.out")"
assert_eq "$(send "$EVENT" "${GOOD#sha256=}")" 200 "without it"
assert_eq "$(send "$EVENT" "$GOOD" -H 'Transfer-Encoding: chunked')" 200 chunks
control create '{"kind":"subscription","id":"sub_1"}' >/dev/null
drained
assert_eq "$(requests subscription sub_1)" 1 "three notices, one look"
history subscription sub_1 .status | is '"active"'
assert_eq "$(changes | wc -l)" 1 "changes"

# Base64 with a prefix of its own, where it turns out to be that.
ends_well "$RECEIVER_PID"
write_config 'options = { signature_encoding = "base64"; signature_prefix = "v1="; };'
start_receiver
mac=$(printf '%s' "$EVENT" |
  openssl dgst -sha256 -hmac "$HOOK_SECRET" -binary | base64 -w0)
assert_eq "$(send "$EVENT" "$GOOD")" 401 "hex, where base64 is set"
assert_eq "$(send "$EVENT" "v1=$mac")" 200 "base64"
assert_eq "$(send "$EVENT" "$mac")" 200 "base64 without its prefix"
ends_well "$RECEIVER_PID"
grep -qF -e "$HOOK_SECRET" -e ECOS- "$TMP/receiver.log" &&
  fail "the log tells a secret"

# Without a secret, or with options that mean nothing, it does not start.
write_config 'options = { signature_encoding = "md5"; };'
assert_eq "$(status_of tu check-config)" 1 "encoding"
write_config
config_changes '/hook_secret_file/d'
assert_eq "$(status_of tu check-config)" 1 "no secret"
