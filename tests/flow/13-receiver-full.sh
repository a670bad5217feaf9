#!/bin/bash
# A full store: 503 with Retry-After, and health says so before anyone asks for
# more; once there is room again, so does health, and notifications are taken.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"

PROBE=$TESTBIN/bench/receiver_probe

health() {
  curl -sS -o /dev/null -w '%{http_code}' "$RECEIVER_URL/healthz"
}

is_healthy() {
  [ "$(health)" = 200 ]
}

FAKE_URL=http://127.0.0.1:9
write_config 'rate = 1.0;' 'burst = 1;'
export FAKE_URL=''
sed -i "s|^store .*|store = { path = \"$STORE\"; map_size = \"1M\"; };|" "$CONF"
start_receiver
assert_eq "$(health)" 200

"$PROBE" load "$RECEIVER_PORT" "/hooks/ecurring/$HOOK_TOKEN" 16 2000 \
  >"$TMP/acked" 2>"$TMP/load.log"
grep -q 'unanswered=0' "$TMP/load.log" || fail "$(cat "$TMP/load.log")"
grep -q 'refused=[1-9]' "$TMP/load.log" || fail "$(cat "$TMP/load.log")"

# Where many at once do not fit any more, a few single ones still may.
one() {
  curl -sS -o /dev/null -w '%{http_code} %header{retry-after}' \
    -H 'Content-Type: application/json' -d '{"subscription_id":"1"}' \
    "$HOOK_URL"
}
for ((n = 0; n < 50; n++)); do
  answer=$(one)
  [ "${answer% *}" = 200 ] || break
  echo 1 >>"$TMP/acked"
done
assert_eq "$answer" '503 5'
assert_eq "$(health)" 503
grep -q 'err cannot_store cause=' "$TMP/receiver.log" || fail "no word of it"
assert_eq "$(tu stats --json | jq .inbox)" "$(wc -l <"$TMP/acked")"

# The worker makes jobs of it; a person drops them.
collected() {
  tu work --max-time 1s
  [ "$(tu stats --json | jq .inbox)" = 0 ]
}
wait_until 30 collected
tu queue drop ecurring >/dev/null || fail "queue drop"
wait_until 30 is_healthy
assert_eq "$(post '{"subscription_id":"1"}')" 200
assert_eq "$(tu stats --json | jq .inbox)" 1
