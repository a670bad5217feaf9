#!/bin/bash
# Promise 1: an acknowledged notification is never lost. The receiver is killed
# while hundreds of requests are under way, early and late; every id that was
# answered with 200 is in the store.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"

PROBE=$TESTBIN/bench/receiver_probe
COUNT=1000000

# So many were acknowledged, or what a slow disk takes in a minute.
has_acked() {
  local n
  n=$(wc -l <"$TMP/acked")
  [ "$n" -ge "$1" ] || { [ "$n" -gt 0 ] && [ $((SECONDS - begun)) -ge 60 ]; }
}

# Ids that were acknowledged, but are not in the store.
lost() {
  "$PROBE" ids "$STORE" | sort >"$TMP/stored"
  sort "$TMP/acked" | comm -23 - "$TMP/stored" | wc -l
}

FAKE_URL=http://127.0.0.1:9
write_config
export FAKE_URL=''

for acked in 1 300 3000 20000; do
  rm -rf "$STORE"
  mkdir "$STORE"
  : >"$TMP/acked" # what the load before this one said must not count
  start_receiver
  "$PROBE" load "$RECEIVER_PORT" "/hooks/ecurring/$HOOK_TOKEN" 256 "$COUNT" \
    >"$TMP/acked" 2>"$TMP/load.log" &
  load=$! begun=$SECONDS
  wait_until 120 "has_acked $acked"
  kill9 "$RECEIVER_PID"
  wait "$load" || fail "the load: $(cat "$TMP/load.log")"
  assert_eq "$(lost)" 0 "after $(cat "$TMP/load.log"): lost"
done
[ -s "$TMP/acked" ] || fail "nothing was acknowledged"
grep -q 'unanswered=[1-9]' "$TMP/load.log" || fail "killed when all was over"
