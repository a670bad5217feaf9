#!/bin/bash
# `work` drains all that is due, then exits; --follow stays and reacts at once
# to a notice without turning in circles meanwhile; a second worker on the same
# store exits 0 at once and says so; --max-time ends it; SIGTERM under load
# loses nothing and exits 0.
# shellcheck disable=SC2016 # wait_until evaluates its text
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

# Clock ticks that a process has used.
ticks() {
  awk '{ print $14 + $15 }' "/proc/$1/stat"
}

objects() {
  tu stats --json | jq .objects
}

start_fake
write_config
subscription '{"id":"1"}'

# Nothing due.
drained
log_has 'worked fetches=0' || fail "no last line"

# A second worker. (That the first one works says that it has the lock.)
subscription '{"id":"5","customer":"5"}'
start_worker
told subscription 5
wait_until 30 '[ -n "$(history subscription 5)" ]'
wait_until 30 'drained; log_has another_worker_runs'
assert_eq "$(drain)" 0
log_has another_worker_runs || fail "the second worker does not say so"
log_has 'worked ' && fail "the second worker worked"

# From the arrival of a notice to its record: at once. (A worker that did not
# hear of it would look by itself within a second: that is why ten are summed.
# A slow machine takes its time to tell it, too, and may be held up for once.)
known=1
ten_at_once() {
  local sum_ms=0 telling_ms=0 began_ms told_ms recorded_ms id
  for ((id = known + 10; id < known + 20; id++)); do
    subscription "{\"id\":\"$id\",\"customer\":\"$id\"}"
    began_ms=$(date +%s%3N)
    told subscription $id
    told_ms=$(date +%s%3N)
    wait_until 30 "[ -n \"\$(history subscription $id)\" ]"
    recorded_ms=$(date -d "$(history subscription $id | jq -r .recorded_at)" \
      +%s%3N)
    telling_ms=$((telling_ms + told_ms - began_ms))
    sum_ms=$((sum_ms + recorded_ms - began_ms))
  done
  known=$((known + 10))
  echo "ten notices took $sum_ms ms, telling them $telling_ms ms"
  [ $((sum_ms < 1500 + 3 * telling_ms)) = 1 ]
}
ten_at_once || ten_at_once || ten_at_once || fail "notices wait"

# Two seconds of waiting cost next to nothing.
wait_until 30 queue_is_empty
before=$(ticks "$WORKER_PID")
began=$SECONDS
wait_until 30 '[ $((SECONDS - began)) -ge 3 ]'
used=$(($(ticks "$WORKER_PID") - before))
assert_eq "$((used <= 10 * (SECONDS - began)))" 1 \
  "an idle worker used $used ticks"
ends_well "$WORKER_PID"

# --max-time: with a provider that never answers.
fault '{"kind":"subscription","id":"1","hang":true,"count":1}'
told subscription 1
began=$(date +%s%3N)
status=0
tu work --max-time 300ms 2>"$TMP/err" || status=$?
took=$(($(date +%s%3N) - began))
assert_eq "$status" 0
assert_eq "$((took < 30000))" 1 "--max-time 300ms took $took ms"
tu stats --json | assert_json '.jobs.due + .jobs.waiting' 1
job 1 '[.notices, .in_flight]' | is '[1,false]'
control fault/clear >/dev/null
wait_until 30 'drained; queue_is_empty'
known=$((known + 1))

# SIGTERM in the middle of many: nothing is lost, nothing done twice.
control create '{"kind":"subscription","id":1001,"count":2000,
  "start_date":"-1d"}' >/dev/null
seq 1001 3000 | sed 's/^/ecurring subscription /' | tu enqueue -
fault '{"kind":"subscription","delay_ms":200,"count":0}'
start_worker
wait_until 30 '[ "$(objects)" -gt 100 ]'
ends_well "$WORKER_PID"
some=$(objects)
assert_eq "$((some < known + 2000))" 1 "all was done before the signal"
tu stats --json | assert_json '.objects + .inbox + .jobs.due + .jobs.waiting' \
  $((known + 2000))
control fault/clear >/dev/null
drained
assert_eq "$(objects)" $((known + 2000))
twice=$(ask stats/objects | jq '[to_entries[] |
  select(.key | test("/[123]...$")) | select(.value > 1)] | length')
assert_eq "$((twice <= 16))" 1 "$twice were asked for twice"
tu changes | jq -s 'map(.seq) == [range(1; length + 1)]' | is true

# Wrong use.
assert_eq "$(status_of tu work --max-time soon)" 1
assert_eq "$(status_of tu work now)" 1
