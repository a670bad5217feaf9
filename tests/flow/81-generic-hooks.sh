#!/bin/bash
# Whom and what the receiver believes of a provider that only the configuration
# knows: a signature by one of the secrets, in time, over the bytes as they came;
# ids of the configured form only. All else leaves nothing behind, and no request
# with such an id ever leaves.
export PROVIDER=paddle
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/generic.sh"

stored() {
  tu stats --json | jq '.inbox + .jobs.due + .jobs.waiting + .objects'
}

# signature BODY [AT [SECRET]]: the header of a genuine event
signature() {
  control sign "$(jq -nc --arg body "$1" --arg at "${2:-+0s}" \
    --arg secret "${3:-$HOOK_SECRET}" \
    '{body: $body, at: $at, secret: $secret}')" | jq -r '."Paddle-Signature"'
}

# send BODY [HEADER...]: the HTTP status
send() {
  local body=$1 header options=()
  shift
  for header in "$@"; do
    options+=(-H "Paddle-Signature: $header")
  done
  curl -sS -o "$TMP/post.out" -w '%{http_code}' -X POST \
    -H 'Content-Type: application/json' "${options[@]}" \
    --data-binary "$body" "$HOOK_URL"
}

# refused WHAT BODY [HEADER...]: 401, no reason given, nothing stored
refused() {
  local what=$1
  shift
  assert_eq "$(send "$@")" 401 "$what"
  if grep -qiE 'expire|old|secret|time|mac|paddle|header' "$TMP/post.out"; then
    fail "$what: the reply says why: $(cat "$TMP/post.out")"
  fi
  assert_eq "$(stored)" 0 "$what: stored"
}

# event ID [TYPE]
event() {
  jq -nc --arg id "$1" --arg type "${2:-subscription.updated}" \
    '{event_id: "evt_1", event_type: $type, data: {id: $id}}'
}

S=$(sub a)
start_fake
write_example
(umask 077; printf '%s\n' "$HOOK_SECRET" the-secret-before >"$TMP/paddle.secret")
start_receiver
EVENT=$(event "$S")
GOOD=$(signature "$EVENT")
TS=${GOOD%%;*} H1=${GOOD#*;}

refused "no signature" "$EVENT"
refused "an empty one" "$EVENT" ''
refused "forged" "$EVENT" "$TS;h1=$(printf '0%.0s' {1..64})"
refused "cut" "$EVENT" "${GOOD%?}"
refused "a time alone" "$EVENT" "$TS"
refused "no time" "$EVENT" "$H1"
refused "two times" "$EVENT" "$TS;$GOOD"
refused "another time" "$EVENT" "ts=$((${TS#ts=} + 1));$H1"
refused "commas" "$EVENT" "$TS,$H1"
refused "another scheme" "$EVENT" "$TS;h2=${H1#h1=}"
refused "another body" "$(event "$(sub b)")" "$GOOD"
refused "a blank more" "$EVENT " "$GOOD"
refused "too old" "$EVENT" "$(signature "$EVENT" -302s)"
refused "from the future" "$EVENT" "$(signature "$EVENT" +310s)"
refused "another secret" "$EVENT" "$(signature "$EVENT" +0s another)"
refused "no JSON, not signed" 'no json' "$GOOD"
refused "twice" "$EVENT" "$GOOD" "$GOOD"

# Genuine, and no id of the form: 400, and nothing of it goes anywhere.
for id in ../customers/1 %2e%2e "sub_%2e%2e" .. . '' "$(txn a)" "${S%?}" \
  "${S}a" "sub_$(printf 'a%.0s' {1..300})" 'sub_0000000000000000000000000/' \
  'sub_0000000000000000000000000?' 'sub_0000000000000000000000000 '; do
  body=$(event "$id")
  assert_eq "$(send "$body" "$(signature "$body")")" 400 "the id '$id'"
  if grep -qF '/data' "$TMP/post.out"; then
    fail "the reply tells of the configuration: $(cat "$TMP/post.out")"
  fi
done
for body in "${EVENT/a\"/a\\u0000\"}" '{"event_type":"subscription.updated"}' \
  '{"event_type":"subscription.updated","data":{"id":{}}}' '[]x' '{"event_id":'; do
  assert_eq "$(send "$body" "$(signature "$body")")" 400 "$body"
done
# Genuine, and about nothing that is tracked.
for body in '{}' '[]' "$(event ctm_1 customer.updated)" \
  '{"event_type":"adjustment.created","data":{"transaction_id":null}}'; do
  assert_eq "$(send "$body" "$(signature "$body")")" 200 "$body"
  jq -e '.received and (.ignored | length > 0)' "$TMP/post.out" >/dev/null ||
    fail "not ignored: $body"
done
assert_eq "$(stored)" 0 "stored"

# Nor by hand.
for id in ../customers/1 %2e%2e "$(txn a)"; do
  assert_eq "$(status_of tu enqueue paddle subscription "$id")" 1 "enqueue $id"
done
assert_eq "$(status_of tu enqueue paddle adjustment adj_1)" 1 "no such kind"
drained
ask stats | assert_json '.requests // 0 | if type == "object" then length else . end' 0

# Taken: each secret while one is rotated, and the right one of several.
assert_eq "$(send "$EVENT" "$GOOD")" 200
assert_eq "$(send "$EVENT" "$(signature "$EVENT" +0s the-secret-before)")" 200
assert_eq "$(send "$EVENT" "$TS;h1=00;$H1;h1=zz;h2=1")" 200
assert_eq "$(send "$EVENT" "$(signature "$EVENT" -290s)")" 200
assert_eq "$(stored)" 4
control create "{\"kind\":\"subscription\",\"id\":\"$S\"}" >/dev/null
drained
assert_eq "$(requests subscription "$S")" 1
assert entitled paddle/ctm_1 true

# A secret that is taken out of the file is none after the restart.
ends_well "$RECEIVER_PID"
(umask 077; printf '%s\n' "$HOOK_SECRET" >"$TMP/paddle.secret")
start_receiver
assert_eq "$(send "$EVENT" "$(signature "$EVENT" +0s the-secret-before)")" 401
assert_eq "$(send "$EVENT" "$(signature "$EVENT")")" 200
if grep -q "$HOOK_SECRET\|the-secret-before" "$TMP"/*.log; then
  fail "a secret is in the log"
fi
