#!/bin/bash
# A known boundary schedules a look just after it: a paused subscription with a
# resume date is asked about then, and comes back without a notification.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

# resumes_at SECONDS: told of subscription 1, that resumes so far ahead
resumes_at() {
  rm -rf "$STORE"
  control reset >/dev/null
  soon=$(ahead "$1")
  subscription "{\"id\":\"1\",\"status\":\"paused\",\"resume_date\":$soon}"
  told_and_drained subscription 1
}

start_fake
write_config
resumes_at 1000
account ecurring/7 | assert_json '[.entitled, .state, .status]' \
  '[false,"paused",null]'
tu queue show ecurring subscription 1 --json | jq -r .next_check |
  grep -q "^$(date -u -d "@$((soon + 1))" +%Y-%m-%dT%H:%M:%S)" ||
  fail "the next look is not just after the boundary"

# From cron: nothing is looked at before.
drained
assert_eq "$(requests subscription 1)" 1

# A slow machine needs more time before the moment.
resumes_soon() {
  for ((lead = $1; lead < 100; lead *= 3)); do
    resumes_at "$lead"
    [ "$(date +%s)" -ge "$soon" ] || break
  done
}
resumes_soon 4
happens subscription 1 "{\"status\":\"resumed\",\"at\":$soon}"
start_worker
wait_until 50 'entitled ecurring/7 true'
assert_eq "$(requests subscription 1)" 2
history subscription 1 '[.status, .cause, .collapsed]' | tail -n 1 |
  is '["active","recheck",true]'
tu changes | tail -n 1 | jq '[.entitled, .cause]' | is '[true,"recheck"]'
# What a known boundary announced is no repair: nobody had to tell us.
tu stats --json | assert_json .repairs 0
stop "$WORKER_PID"

# A provider that is late: the look at the boundary shows nothing new, so the
# ladder is climbed, and the news is found without waiting for the resync.
write_config 'recheck = ("1s", "1s", "1s");'
resumes_soon 2
entitled ecurring/7 false || fail "resumed, but not by the provider"
happens subscription 1 '{"status":"resumed"}'
fault '{"kind":"subscription","id":"1","stale_back":1,"count":1}'
start_worker
wait_until 50 'entitled ecurring/7 true'
assert [ "$(requests subscription 1)" -ge 3 ]
wait_until 30 queue_is_empty
