#!/bin/bash
# `account REF --refresh` and `refresh PROVIDER KIND ID` answer with what the
# provider says now: whether a worker runs, or the command has to be it. Nothing
# else that is due holds it up. Without keys and without a worker it says so,
# answers what is on record when its time is over, and is served by a worker
# that comes meanwhile.
# shellcheck disable=SC2016 # wait_until evaluates its text
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

# fresh STATUS FILTER WANTED: of `account ecurring/7 --refresh`, in silence
fresh() {
  local status=0
  tu account ecurring/7 --refresh --timeout 20s --json >"$TMP/answer" \
    2>"$TMP/err" || status=$?
  assert_eq "$status" "$1" "exit status"
  assert_json '.fresh' true <"$TMP/answer"
  assert_json "$2" "$3" <"$TMP/answer"
  assert_eq "$(cat "$TMP/err")" '' "stderr"
}

start_fake
write_config
subscription '{"id":"1"}'
told_and_drained subscription 1

# No worker runs: the command is it.
happens subscription 1 '{"status":"paused","at":"-3h"}'
fresh 2 '[.state, .pending]' '["paused",0]'
history subscription 1 '[.status, .cause]' | tail -n 1 | is '["paused","manual"]'
drained
log_has 'worked fetches=0' || fail "something was left to be done"

# What else is due does not hold it up, and is not lost.
for i in $(seq 20 39); do
  subscription "{\"id\":\"$i\",\"customer\":\"8\"}"
  echo "ecurring subscription $i"
done | tu enqueue -
for i in $(seq 20 39); do
  fault "{\"kind\":\"subscription\",\"id\":\"$i\",\"hang\":true,\"count\":0}"
done
happens subscription 1 '{"status":"resumed","at":"-2h"}'
fresh 0 .state '"active"'
control fault/clear >/dev/null
drained
account ecurring/8 | assert_json '.grants | length' 20

# A worker runs, and nobody notifies it. Nor does it miss a notice for that.
start_worker
happens subscription 1 '{"status":"paused","at":"-1h"}'
fresh 2 .state '"paused"'
happens subscription 1 '{"status":"resumed","at":"-30m"}'
tu refresh ecurring subscription 1 --json >"$TMP/lines"
tail -n 1 "$TMP/lines" | assert_json .state '"active"'
cmp -s "$TMP/lines" <(tu history ecurring subscription 1 --json) ||
  fail "refresh prints another history"
tu refresh ecurring subscription 1 | grep -q '^AT ' || fail "no table"
tu account ecurring/7 --refresh | grep -q '^fresh  *yes' || fail "not fresh"
wait_until 5 queue_is_empty

# An object that nobody knew: fetched, recorded, printed. Or it is not there.
subscription '{"id":"5","customer":"9"}'
tu refresh ecurring subscription 5 --json | assert_json .state '"active"'
assert_eq "$(status_of tu refresh ecurring subscription 404)" 3 "unknown"
grep -q 'ecurring subscription 404: .*404' "$TMP/status.err" ||
  fail "nothing is said of it: $(cat "$TMP/status.err")"
tu queue list --json | grep -F '"404"' && fail "a job is left"
assert_eq "$(status_of tu refresh nowhere subscription 1)" 1 "no provider"
assert_eq "$(status_of tu refresh ecurring nothing 1)" 1 "no kind"
assert_eq "$(status_of tu refresh ecurring subscription x/1)" 1 "no id"
assert_eq "$(status_of tu account ecurring/7 --timeout 5s)" 1 "a lone --timeout"

# Whoever cannot read the keys is served by the worker that can.
mv "$TMP/ecurring.key" "$TMP/away.key"
happens subscription 1 '{"status":"paused","at":"-20m"}'
fresh 2 .state '"paused"'
ends_well "$WORKER_PID"

# And there is none: the last answer, with its status, when the time is over.
happens subscription 1 '{"status":"resumed","at":"-10m"}'
assert_eq "$(status_of tu account ecurring/7 --refresh --timeout 300ms --json)" \
  2 "exit status without a worker"
assert_json '[.fresh, .state]' '[false,"paused"]' <"$TMP/status.out"
grep -q 'no worker runs.*ecurring\.key' "$TMP/status.err" ||
  fail "it is not said why: $(cat "$TMP/status.err")"
grep -q 'not fresh: 1 of 1 not looked at within 300ms: ecurring subscription 1' \
  "$TMP/status.err" || fail "nor what: $(cat "$TMP/status.err")"
assert_eq "$(wc -l <"$TMP/status.err")" 2 "lines"

# One comes: from cron, say.
second_passes
spawn waits "$TRUEUP" -c "$CONF" account ecurring/7 --refresh --timeout 60s
waits=$SPAWN_PID
wait_until 10 'grep -q "no worker runs" "$TMP/waits.log"'
mv "$TMP/away.key" "$TMP/ecurring.key"
drained
wait "$waits" || fail "not entitled: $(cat "$TMP/waits.log")"
lib_forget "$waits"
grep -q '^fresh  *yes' "$TMP/waits.log" || fail "$(cat "$TMP/waits.log")"
