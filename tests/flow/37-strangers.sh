#!/bin/bash
# A stranger who makes up ids spends a small budget of its own and nothing
# else: what is known, and what a person asks for, is looked at as ever; what
# is new and real is not dropped.
# shellcheck disable=SC2016 # wait_until evaluates its text
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

FLOOD=120

# forged FROM TO: a notification of each id
forged() {
  local id
  for ((id = $1; id <= $2; id++)); do
    echo "next"
    echo "url = \"$HOOK_URL\""
    echo 'header = "Content-Type: application/json"'
    echo "data = \"{\\\"subscription_id\\\":\\\"$id\\\"}\""
    echo 'output = "/dev/null"'
    printf '%s\n' 'write-out = "%{http_code}\n"'
  done | sed 1d | curl -sS -K - | sort | uniq -c | tr -s ' '
}

looks_at_strangers() {
  ask stats/objects |
    jq '[to_entries[] | select(.key | startswith("subscription/9")) | .value]
        | add // 0'
}

start_fake
write_config 'stranger_rate = 0.001;' 'recheck = ();'
subscription '{"id":"1"}'
subscription '{"id":"2","status":"paused"}'
start_receiver
start_worker
notify subscription 1
wait_until 30 '[ -n "$(history subscription 1)" ]'

# Accepted all of them, whoever sent them; few are looked at.
assert_eq "$(forged 900001 $((900000 + FLOOD)))" " $FLOOD 200"
wait_until 30 '[ "$(looks_at_strangers)" -ge 61 ]'
wait_until 30 '[ "$(tu stats --json | jq .inbox)" = 0 ]'

# The known one and the one that a person names go through meanwhile.
control transition '{"kind":"subscription","id":"1","status":"paused",
  "notify":true}' >/dev/null
wait_until 30 '[ "$(history subscription 1 .status | tail -n 1)" = "\"paused\"" ]'
told subscription 2
wait_until 30 '[ -n "$(history subscription 2)" ]'

# A few more than the burst: those that were under way when it was noticed.
seen=$(looks_at_strangers)
assert [ "$seen" -le 80 ]
tu stats --json | jq -e --argjson n "$FLOOD" '.jobs.due + .jobs.waiting >= $n' \
  >/dev/null || fail "some were dropped"
ends_well "$WORKER_PID"

# cron: what the flood left is no reason to go on for hours.
drained
assert [ "$(looks_at_strangers)" -le $((seen + 12)) ]

# A new one that is real waits in the flood, and is found in the end.
subscription '{"id":"3"}'
notify subscription 3
wait_until 30 notified
drained
assert_eq "$(job 3 .state)" '"due"'
config_changes 's/stranger_rate = .*/stranger_rate = 1000.0;/'
drained
assert [ -n "$(history subscription 3)" ]
