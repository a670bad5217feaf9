#!/bin/bash
# Each change is posted as a signed message (Standard Webhooks): one id however
# often it is tried, the time of the attempt, a signature of each secret. Waits
# when it is asked to, follows nowhere, stops at 410, and never loses one.
# shellcheck disable=SC2016 # wait_until evaluates its text
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

OLD=whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw
NEW=whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD

on_change() {
  write_config
  printf '%s\n' "on_change = { url = \"$FAKE_URL/_sink/in?a=b\";" \
    "secret_file = \"$TMP/sign\";" "$@" '};' >>"$CONF"
}

secrets() {
  (umask 077; printf '%s\n' "$@" >"$TMP/sign")
}

# What came, a line each, through jq.
got() {
  ask sink | jq -c "${1:-.}"
}

target() {
  tu stats --json | jq -c ".on_change[0] | ${1:-.}"
}

turns() {
  local to=active
  [ "$2" = off ] && to=paused
  happens subscription "$1" "{\"status\":\"$to\"}"
  told subscription "$1"
}

# signature SECRET MESSAGE: what it must be.
signature() {
  local key
  key=$(base64 -d <<<"${1#whsec_}" | od -An -v -tx1 | tr -d ' \n')
  jq -j '"\(.headers["webhook-id"]).\(.headers["webhook-timestamp"]).\(.raw)"' \
    <<<"$2" |
    openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | base64 |
    sed 's/^/v1,/'
}

start_fake
subscription '{"id":"1","customer":"1"}'
subscription '{"id":"2","customer":"2"}'
subscription '{"id":"3","customer":"3"}'
secrets "$OLD"
on_change 'from = "start"; retry = ("100ms"); timeout = "5s";' \
  'concurrency = 1;'

# What is sent, and to where.
told_and_drained subscription 1
assert_eq "$(got .answered)" 200
message=$(got)
assert_json .method '"POST"' <<<"$message"
assert_json .path '"/_sink/in"' <<<"$message"
assert_json '.headers["content-type"]' '"application/json"' <<<"$message"
assert_json '.headers | has("authorization")' false <<<"$message"
assert_eq "$(jq -cS .body.data <<<"$message")" "$(tu changes | jq -cS .)"
assert_eq "$(jq -r .raw <<<"$message")" "$(tu changes | jq -c . |
  sed "s/^/{\"type\":\"entitlement.changed\",\"timestamp\":$(
    changes .recorded_at),\"data\":/; s/\$/}/")" "the body, byte for byte"
assert_eq "$(jq -r '.headers["webhook-signature"]' <<<"$message")" \
  "$(signature "$OLD" "$message")" "the signature"
assert_json '(.at_ms / 1000 - (.headers["webhook-timestamp"] | tonumber))
  | . > -5 and . < 60' true <<<"$message"
jq -e '.headers["webhook-id"] | test("^chg_1_[0-9a-f]{16}$")' <<<"$message" \
  >/dev/null || fail "$message"

# While a secret is rotated, both sign.
secrets "$NEW" "$OLD"
told_and_drained subscription 2
message=$(got | tail -n 1)
assert_eq "$(jq -r '.headers["webhook-signature"]' <<<"$message")" \
  "$(signature "$NEW" "$message") $(signature "$OLD" "$message")" "rotation"

# It fails, in any way, and is tried again: the same id, a later time. What is
# closed without an answer comes first, on a connection that is new: on one that
# had been used, libcurl takes it for stale and repeats the request by itself.
fault '{"route":"/_sink","close":true,"count":1}'
fault '{"route":"/_sink","status":500,"count":1}'
fault '{"route":"/_sink","status":302,"count":1,
  "headers":{"Location":"/_sink/elsewhere"}}'
turns 1 off
wait_until 30 'tu work; [ "$(target .waiting)" = 0 ]'
assert_eq "$(got 'select(.body.data.seq == 3) | .answered' | paste -sd ' ')" \
  "200 500 302 200" "(the first was not heard of)"
assert_eq "$(got 'select(.body.data.seq == 3) | .headers["webhook-id"]' |
  sort -u | wc -l)" 1 "one id"
assert_eq "$(got 'select(.path != "/_sink/in")')" "" "redirects"
assert_eq "$(target .errors)" 3 "failures are counted"

# Retry-After holds the whole target back, and is kept across processes.
fault '{"route":"/_sink","status":503,"count":1,"headers":{"Retry-After":"3"}}'
turns 1 on
drained
turns 2 off
drained
assert_eq "$(target '[.waiting, .health]')" '[2,"waiting"]'
assert_eq "$(got 'select(.body.data.seq >= 4) | .body.data.seq' |
  paste -sd ' ')" 4 "asked again too soon"
wait_until 20 'tu work && [ "$(target .waiting)" = 0 ]'
waited_ms=$(got 'select(.body.data.seq >= 4) | .at_ms' | head -n 2 |
  jq -s '.[1] - .[0]')
assert [ "$waited_ms" -ge 2900 ]

# Bursts go over one connection, in order.
turns 1 off
turns 2 on
told subscription 3
drained
turns 1 on
turns 3 off
drained
assert_eq "$(target .waiting)" 0
assert_eq "$(got 'select(.body.data.seq >= 6 and .body.data.seq <= 8) | .port' |
  sort -u | wc -l)" 1 "one connection"
last=$(changes .seq | tail -n 1)
assert_eq "$(got 'select(.answered == 200) | .body.data.seq' | sort -nu |
  paste -sd ' ')" "$(seq 1 "$last" | paste -sd ' ')"

# One account's receiver hangs: the others' are told, and so is the record.
on_change 'timeout = "3s"; retry = ("100ms");'
fault '{"route":"/_sink","id":"ecurring/1","hang":true,"count":1}'
start_worker
turns 1 off
wait_until 10 "ask sink | jq -e 'select(.body.data.seq == $last + 1)'"
turns 2 off
wait_until 10 'entitled ecurring/2 false'
wait_until 10 "ask sink | jq -e 'select(.body.data.seq == $last + 2)'"
wait_until 20 "[ \"\$(got 'select(.body.data.seq == $last + 1)' | wc -l)\" = 2 ]"
wait_until 10 '[ "$(target .waiting)" = 0 ]'
order=$(got '.body.data.seq' | tail -n 3 | paste -sd ' ')
assert_eq "$order" "$((last + 1)) $((last + 2)) $((last + 1))"
ends_well "$WORKER_PID"

# 410: it wants no more. Nothing is sent until a person says so.
fault '{"route":"/_sink","status":410,"count":1}'
turns 1 on
assert_eq "$(drain)" 2 "410 needs a person"
turns 2 on
turns 3 on
assert_eq "$(drain)" 2
assert_eq "$(target '[.halted,.parked,.waiting]')" '[true,1,2]'
tu queue list on_change url --json |
  jq -e '.state == "parked" and .http_status == 410' >/dev/null ||
  fail "$(tu queue list)"
tu queue list | grep -q '410 Gone: the receiver wants no more' ||
  fail "$(tu queue list)"
before=$(got | wc -l)
assert_eq "$(drain)" 2
assert_eq "$(got | wc -l)" "$before" "it was spoken to again"
assert_eq "$(tu queue retry on_change url)" "1 retried"
wait_until 10 'tu work && [ "$(target .waiting)" = 0 ]'
assert_eq "$(target '[.halted,.parked]')" '[false,0]'

# Nobody is there: it waits, and nothing is lost.
port=${FAKE_URL##*:}
sed -i "s|$FAKE_URL/_sink|http://127.0.0.1:1/_sink|" "$CONF"
turns 1 off
drained
assert_eq "$(target .waiting)" 1
target .last_error | grep -qi 'connect' || fail "$(target)"
sed -i "s|http://127.0.0.1:1/_sink|http://127.0.0.1:$port/_sink|" "$CONF"
wait_until 10 'tu work && [ "$(target .waiting)" = 0 ]'
last=$(changes .seq | tail -n 1)
assert_eq "$(got 'select(.answered == 200) | .body.data.seq' | sort -nu |
  paste -sd ' ')" "$(seq 1 "$last" | paste -sd ' ')" "every change was told"

# No secret is in what was logged or shown.
tu check-config >"$TMP/shown" 2>&1
if grep -qE "${OLD#whsec_}|${NEW#whsec_}" "$TMP/shown" "$TMP"/*.log; then
  fail "a secret is shown"
fi
