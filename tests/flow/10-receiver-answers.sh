#!/bin/bash
# Every answer of the receiver, from outside; and that its log tells no secret.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"

# ask STATUS BODY CURL-OPTION... PATH: the answer must be the body as it is.
ask_receiver() {
  local status=$1 body=$2 got
  shift 2
  got=$(curl -sS -o "$TMP/body" -D "$TMP/head" -w '%{http_code}' \
    "${@:1:$#-1}" "$RECEIVER_URL${!#}")
  assert_eq "$got" "$status" "${!#}"
  assert_eq "$(cat "$TMP/body")" "$body" "${!#}"
}

has_header() {
  grep -qix "$1"$'\r' "$TMP/head" || fail "no '$1' in: $(cat "$TMP/head")"
}

json() {
  printf '%s\n' -H 'Content-Type: application/json' --data-binary "$1"
}

FAKE_URL=http://127.0.0.1:9
write_config
export FAKE_URL=''
start_receiver

RECEIVED='{"received":true}'
NOT_FOUND='{"error":"not found"}'
NOT_ALLOWED='{"error":"method not allowed"}'
UUID=348fbaea-950f-4db0-8cc4-36deb1a932ec

mapfile -t good < <(json '{"subscription_id": "534532113"}')
mapfile -t pair < <(json '{"subscription_id":"1","transaction_id":"'$UUID'"}')
HOOK=/hooks/ecurring/$HOOK_TOKEN

ask_receiver 200 "$RECEIVED" "${good[@]}" "$HOOK"
has_header 'Content-Type: application/json'
ask_receiver 200 "$RECEIVED" "${pair[@]}" "$HOOK"
ask_receiver 200 "$RECEIVED" "${good[@]}" --http1.0 "$HOOK"
ask_receiver 200 "$RECEIVED" "${good[@]}" -H 'Transfer-Encoding: chunked' \
  "$HOOK"
ask_receiver 200 "$RECEIVED" "${good[@]}" "$HOOK?whatever=1"

# What is not as documented: 400, with a text.
for body in '' '{}' '[]' 'x' '{"subscription_id":"../1"}' \
  '{"subscription_id":"1","transaction_id":"nope"}' '{"subscription_id":null}'
do
  status=$(post "$body" "$RECEIVER_URL$HOOK")
  assert_eq "$status" 400 "$body"
  assert_json '.error | type' '"string"' <"$TMP/post.out"
done

# A wrong token looks like a path that there is not, whatever the method.
for path in /hooks/ecurring /hooks/ecurring/ /hooks/ecurring/wrong \
  "/hooks/ecurring/$HOOK_TOKEN/x" "/hooks/other/$HOOK_TOKEN" /hooks / /x; do
  ask_receiver 404 "$NOT_FOUND" "${good[@]}" "$path"
  ask_receiver 404 "$NOT_FOUND" "$path"
done

ask_receiver 405 "$NOT_ALLOWED" "$HOOK"
has_header 'Allow: POST'
ask_receiver 405 "$NOT_ALLOWED" -X DELETE /healthz
has_header 'Allow: GET, HEAD'
ask_receiver 200 '{"healthy":true}' /healthz
assert_eq "$(curl -sS -I -o /dev/null -w '%{http_code}' \
  "$RECEIVER_URL/healthz")" 200

# 10 MB are refused before they are sent.
head -c 10485760 /dev/zero >"$TMP/large"
assert_eq "$(curl -sS -o "$TMP/body" -w '%{http_code} %{size_upload}' \
  --expect100-timeout 120 \
  --data-binary "@$TMP/large" "$RECEIVER_URL$HOOK")" '413 0'
assert_eq "$(cat "$TMP/body")" '{"error":"body too large"}'

# All of it, and nothing else, is in the store.
assert_json '[.inbox, .jobs.due]' '[5,0]' < <(tu stats --json)

stop "$RECEIVER_PID" || fail "exit status $?"
grep -q 'info received provider=ecurring stored=' "$TMP/receiver.log" ||
  fail "no summary in the log"
grep -q 'warn refused provider=ecurring malformed=' "$TMP/receiver.log" ||
  fail "no refusals in the log"
for secret in "$HOOK_TOKEN" 534532113 "$UUID" nope wrong/; do
  ! grep -qF "$secret" "$TMP/receiver.log" || fail "the log tells $secret"
done

# Without a token configured, none is accepted either.
sed -i '/hook_token_file/d' "$CONF"
start_receiver
ask_receiver 200 "$RECEIVED" "${good[@]}" /hooks/ecurring
ask_receiver 404 "$NOT_FOUND" "${good[@]}" /hooks/ecurring/
ask_receiver 404 "$NOT_FOUND" "${good[@]}" "$HOOK"
