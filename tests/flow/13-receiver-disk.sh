#!/bin/bash
# Overload of the disk: with less than the reserve left on it the receiver
# refuses, the worker finishes what was accepted, and when there is room again
# notifications are taken. Needs a small file system of its own: skipped where
# a user may not mount one.
# shellcheck disable=SC2016 # wait_until evaluates its text
if [ -z "${IN_NAMESPACE:-}" ]; then
  if ! unshare -rm mount -t tmpfs none /mnt 2>/dev/null; then
    echo "no file system may be mounted here"
    exit 77
  fi
  exec unshare -rm env IN_NAMESPACE=1 bash "$0"
fi
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

DISK=$TMP/disk
MIB=1048576
WAITING=200

answer_to() {
  curl -sS -o /dev/null -w '%{http_code} %header{retry-after}' \
    -H 'Content-Type: application/json' -d "{\"subscription_id\":\"$1\"}" \
    "$HOOK_URL"
}

health() {
  curl -sS -o /dev/null -w '%{http_code}' "$RECEIVER_URL/healthz"
}

mkdir "$DISK"
mount -t tmpfs -o size=16m none "$DISK"
start_fake
control create '{"kind":"subscription","id":1,"count":500}' >/dev/null
write_config
STORE=$DISK/store
LIMITS='map_size = "64M"; reserve = "8M";'
config_changes "s|^store .*|store = { path = \"$STORE\"; $LIMITS };|"
start_receiver
for ((id = 1; id <= WAITING; id++)); do
  assert_eq "$(answer_to "$id")" '200 '
done

# Somebody fills the disk into the reserve.
head -c $((10 * MIB)) /dev/zero >"$DISK/filler"
wait_until 30 '[ "$(health)" = 503 ]'
assert_eq "$(answer_to $((WAITING + 1)))" '503 5' "into the reserve"
grep -q 'err cannot_store cause=.*reserve' "$TMP/receiver.log" ||
  fail "no word of it"

# What was accepted is finished with what the reserve kept.
drained
tu stats --json | jq -c '[.objects, .inbox, .jobs.due, .jobs.parked]' |
  is "[$WAITING,0,0,0]"
assert_eq "$(health)" 503 "still"

# Room again.
rm "$DISK/filler"
wait_until 30 '[ "$(health)" = 200 ]'
assert_eq "$(answer_to $((WAITING + 1)))" '200 ' "room again"
drained
tu stats --json | assert_json .objects $((WAITING + 1))
