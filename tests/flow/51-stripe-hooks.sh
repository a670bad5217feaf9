#!/bin/bash
# Whom the receiver believes: Stripe's signature over the bytes as they came, in
# time, by one of the secrets; all else is 401 and leaves nothing behind.
# shellcheck source=/dev/null
export PROVIDER=stripe
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

stored() {
  tu stats --json | jq '.inbox + .jobs.due + .jobs.waiting + .objects'
}

# The header of a genuine notification of the body $1, made $2 (else now), with
# the secret $3 (else ours).
signature() {
  control sign "$(jq -nc --arg body "$1" --arg at "${2:-+0s}" \
    --arg secret "${3:-$HOOK_SECRET}" \
    '{body: $body, at: $at, secret: $secret}')" | jq -r '."Stripe-Signature"'
}

# send BODY HEADER [CURL-OPTION...]: the HTTP status
send() {
  local body=$1 header=$2
  shift 2
  curl -sS -o "$TMP/post.out" -w '%{http_code}' -X POST \
    -H 'Content-Type: application/json' \
    ${header:+-H "Stripe-Signature: $header"} "$@" \
    --data-binary "$body" "$HOOK_URL"
}

# refused BODY HEADER WHAT: 401, no reason given, nothing stored
refused() {
  assert_eq "$(send "$1" "$2")" 401 "$3"
  grep -qiE 'expire|old|secret|time|mac|header' "$TMP/post.out" &&
    fail "$3: the reply says why: $(cat "$TMP/post.out")"
  assert_eq "$(stored)" 0 "$3: stored"
}

start_fake
write_config 'mode = "live";'
start_receiver
EVENT='{"id":"evt_1","object":"event","type":"customer.subscription.updated",
 "livemode":true,"data":{"object":{"id":"sub_1","object":"subscription"}}}'
BAD=$(printf '0%.0s' {1..64})
GOOD=$(signature "$EVENT")
V1=${GOOD#*,} V1=${V1%%,*} T=${GOOD%%,*}

refused "$EVENT" '' "no signature"
refused "$EVENT" "$T,v1=$BAD" "forged"
refused "$EVENT" "$T,v0=${V1#v1=}" "v0 alone"
refused "$EVENT" "$T" "a time alone"
refused "$EVENT" "$V1" "no time"
refused "$EVENT" "$GOOD,x" "a broken header"
refused "$EVENT" "t=$((${T#t=} + 1)),$V1" "another time"
refused "$EVENT " "$GOOD" "a blank more"
refused "$(jq -c . <<<"$EVENT")" "$GOOD" "the same JSON, written again"
refused "$EVENT" "$(signature "$EVENT" -302s)" "too old"
refused "$EVENT" "$(signature "$EVENT" +400s)" "from the future"
refused "$EVENT" "$(signature "$EVENT" +0s "${HOOK_SECRET#whsec_}")" \
  "the prefix is part of the key"
refused '{"id":' "$GOOD" "no JSON, not signed"
assert_eq "$(send "$EVENT" "$GOOD" -H "Stripe-Signature: $GOOD")" 401 "twice"
assert_eq "$(stored)" 0 "twice: stored"

# Genuine, but not as documented, or not for us.
for body in '{"id":' '[]' "${EVENT/sub_1/..\/x}" "${EVENT/evt_1/}"; do
  assert_eq "$(send "$body" "$(signature "$body")")" 400 "$body"
done
for body in "${EVENT/true/false}" \
  "${EVENT/\"object\":\"subscription\"/\"object\":\"product\"}"; do
  assert_eq "$(send "$body" "$(signature "$body")")" 200 "$body"
  jq -e '.received and (.ignored | length > 0)' "$TMP/post.out" >/dev/null ||
    fail "not ignored: $body"
done
assert_eq "$(stored)" 0 "ignored: stored"
large=$(head -c 1100000 /dev/zero | tr '\0' ' ')
printf '%s' "$large" >"$TMP/large"
assert_eq "$(send "@$TMP/large" "$(signature "$EVENT")")" 413 "too large"
assert_eq "$(stored)" 0 "too large: stored"

# Several signatures, the right one last; a body in chunks; minutes of travel.
GOOD=$(signature "$EVENT")
assert_eq "$(send "$EVENT" "${GOOD%%,*},v1=$BAD,${GOOD#*,}")" 200 "the second"
jq -e '.received and (has("ignored") | not)' "$TMP/post.out" >/dev/null
assert_eq "$(send "$EVENT" "$GOOD" -H 'Transfer-Encoding: chunked')" 200 chunks
assert_eq "$(send "$EVENT" "$(signature "$EVENT" -200s)")" 200 "200 s old"
body="$EVENT
"
assert_eq "$(send "$body" "$(signature "$body")")" 200 "a newline, signed"
assert_eq "$(stored)" 4 "stored"

# Rotation: both secrets hold; a removed one does not, after a restart.
(umask 077; printf 'whsec_new\n%s\n' "$HOOK_SECRET" >"$TMP/stripe.secret")
ends_well "$RECEIVER_PID"
start_receiver
assert_eq "$(send "$EVENT" "$(signature "$EVENT")")" 200 "the old secret"
assert_eq "$(send "$EVENT" "$(signature "$EVENT" +0s whsec_new)")" 200 "the new"
(umask 077; echo whsec_new >"$TMP/stripe.secret")
ends_well "$RECEIVER_PID"
start_receiver
assert_eq "$(send "$EVENT" "$(signature "$EVENT")")" 401 "the removed secret"
assert_eq "$(send "$EVENT" "$(signature "$EVENT" +0s whsec_new)")" 200 "the new"
ends_well "$RECEIVER_PID"
assert_eq "$(stored)" 7 "what was stored is there"

# Without a secret, or with an empty one, it does not start.
for secret in '' whsec_; do
  (umask 077; echo "$secret" >"$TMP/stripe.secret")
  assert_eq "$(status_of tu receive)" 1 "secret '$secret'"
done
config_changes '/hook_secret_file/d'
assert_eq "$(status_of tu check-config)" 1 "no secret"
grep -qF -e "$HOOK_SECRET" -e whsec_new "$TMP/receiver.log" &&
  fail "the log tells a secret"
true
