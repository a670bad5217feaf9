#!/bin/bash
# Overload of the map: above the mark the receiver refuses with 503 and
# Retry-After, early enough that all it had accepted can be finished, every
# object with its record; then it takes notifications again.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

MOST=2000 # far more than fit

answer_to() {
  curl -sS -o /dev/null -w '%{http_code} %header{retry-after}' \
    -H 'Content-Type: application/json' -d "{\"subscription_id\":\"$1\"}" \
    "$HOOK_URL"
}

is_healthy() {
  [ "$(curl -sS -o /dev/null -w '%{http_code}' "$RECEIVER_URL/healthz")" = 200 ]
}

start_fake
control create "{\"kind\":\"subscription\",\"id\":1,\"count\":$MOST}" >/dev/null
write_config
config_changes \
  "s|^store .*|store = { path = \"$STORE\"; map_size = \"1M\"; };|"
start_receiver

# Each is of another object: the most that notifications can come to cost.
accepted=0
for ((id = 1; id <= MOST; id++)); do
  answer=$(answer_to "$id")
  [ "${answer% *}" = 200 ] || break
  accepted=$((accepted + 1))
done
assert_eq "$answer" '503 5' "after $accepted"
assert_eq "$((accepted > 50))" 1 "only $accepted were accepted"

# While it refuses, the worker finishes all of them.
drained
tu stats --json | jq -c '[.objects, .inbox, .jobs.due, .jobs.parked]' |
  is "[$accepted,0,0,0]"
assert_eq "$(ask stats/objects | jq length)" "$accepted" "asked for"
tu stats --json | assert_json '.map_used_bytes < .map_bytes' true

# Where there is room again, notifications are taken again. Where that many
# records have filled the map for good, it has to be made larger.
if is_healthy; then
  post "{\"subscription_id\":\"$id\"}" | grep -q 200 || fail "not taken"
fi
ends_well "$RECEIVER_PID"
config_changes 's|map_size = "1M"|map_size = "4M"|'
start_receiver
wait_until 30 is_healthy
assert_eq "$(answer_to "$id")" '200 ' "with more room"
drained
tu stats --json | assert_json '.objects >= '"$((accepted + 1))" true
