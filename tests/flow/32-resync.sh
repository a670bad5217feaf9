#!/bin/bash
# Missed notifications are repaired by resync: every known object is read again
# within `resync`; what it finds is recorded with that cause, announced, and
# counted as a repair. An object that the provider no longer knows keeps its
# last state and is reported missing.
# shellcheck disable=SC2016 # wait_until evaluates its text
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

stat() {
  tu stats --json | jq -c "$1"
}

start_fake
write_config 'resync = "1s";'
for id in 1 2 3; do
  subscription "{\"id\":\"$id\",\"customer\":\"c$id\"}"
  told subscription $id
done
start_worker
wait_until 30 '[ "$(stat .objects)" = 3 ]'

# Nobody tells us.
happens subscription 1 '{"status":"paused","at":"-1h"}'
wait_until 30 'entitled ecurring/c1 false'
history subscription 1 '[.status, .cause, .collapsed]' | tail -n 1 |
  is '["paused","resync",true]'
changes 'select(.account == "ecurring/c1") | [.entitled, .cause]' | tail -n 1 |
  is '[false,"resync"]'
stat '[.repairs, .providers[0].repairs, .providers[0].last_repair_at != null]' |
  is '[1,1,true]'
wait_until 30 "grep -q ' cause=resync .* repair=true' '$TMP/worker.log'"

# All of them are read again, again and again, each about once a second.
began=$(date +%s%3N)
control stats/reset >/dev/null
for id in 1 2 3; do
  wait_until 30 "[ \"\$(requests subscription $id)\" -ge 3 ]"
done
most=$(ask stats/objects | jq '[.[]] | max')
took=$(($(date +%s%3N) - began))
assert_eq "$((most <= took / 1000 + 2))" 1 "$most looks in $took ms"
stat .repairs | is 1

# What was told is no repair.
happens subscription 2 '{"status":"paused","at":"-1h"}'
told subscription 2
wait_until 30 'entitled ecurring/c2 false'
case $(history subscription 2 .cause | tail -n 1) in
'"notified"') stat .repairs | is 1 ;;
'"resync"') stat .repairs | is 2 ;; # the resync came first
*) fail "$(history subscription 2)" ;;
esac
repairs=$(stat .repairs)

# Unknown to the provider, for longer than a while.
fault '{"kind":"subscription","id":"3","status":404,"count":0}'
config_changes 's/resync = "1s";/resync = "1s"; missing_window = "1s";/'
ends_well "$WORKER_PID"
start_worker
wait_until 30 '[ "$(stat ".providers[0].gone")" = 1 ]'
assert entitled ecurring/c3 true
tu queue show ecurring subscription 3 --json | tail -n 1 |
  assert_json '[.status, .missing_since != null]' '["active",true]'
stat .repairs | is "$repairs"

# And it is back.
control fault/clear >/dev/null
wait_until 30 '[ "$(tu queue show ecurring subscription 3 --json | tail -n 1 |
  jq .missing_since)" = null ]'
history subscription 3 .status | is '"active"'
ends_well "$WORKER_PID"
