#!/bin/bash
# A provider that is down, slow or asks us to slow down delays and loses
# nothing: `work` exits 0, the attempts are repeated with back-off, Retry-After
# is honoured for the whole provider, and everything heals by itself.
# shellcheck disable=SC2016 # wait_until evaluates its text
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

# bad ID WORDS ANSWER
bad() {
  subscription "{\"id\":\"$1\",\"customer\":\"c$1\"}"
  control fault "$(jq -nc --arg id "$1" --argjson answer "$3" \
    '{kind: "subscription", id: $id, count: 0} + $answer')" >/dev/null
  told subscription "$1"
  drained
  grep " id=$1 " "$TMP/drain.out" | grep -qiF -- "$2" ||
    fail "$1: the log does not say '$2': $(cat "$TMP/drain.out")"
  job "$1" '[.state == "parked", .attempts >= 1, .notices]' |
    is '[false,true,1]'
  control fault/clear '{}' >/dev/null
}

healed() {
  drained
  entitled "ecurring/c$1" true && queue_is_empty
}

health() {
  tu stats --json | jq -c ".providers[0] | $1"
}

start_fake
write_config

# One after the other: each is one object's trouble.
bad 1 'HTTP 500' '{"status":500}'
wait_until 30 'healed 1'
bad 2 'HTTP 503' '{"status":503}'
wait_until 30 'healed 2'
config_changes 's/timeout = "60s"/timeout = "500ms"/'
bad 3 'timed out' '{"hang":true}'
config_changes 's/timeout = "500ms"/timeout = "60s"/'
wait_until 30 'healed 3'
bad 4 'transfer' '{"truncate":300}'
wait_until 30 'healed 4'
bad 5 'empty reply' '{"close":true}'
wait_until 30 'healed 5'
health '[.health, .errors >= 5]' | is '["ok",true]'

# 429 with Retry-After: nobody is asked, an innocent object neither; not
# before, but soon after that time.
subscription '{"id":"6","customer":"c6"}'
subscription '{"id":"7","customer":"c7"}'
fault '{"kind":"subscription","id":"6","status":429,"count":1,
  "headers":{"Retry-After":"2"}}'
control stats/reset >/dev/null
told_and_drained subscription 6
log_has 'health=waiting' || fail "nothing is said of the wait"
log_has 'HTTP 429' || fail "nor why"
told_and_drained subscription 7
wait_until 30 'healed 6 && healed 7'
ask log | jq -s 'map(.at_ms) | .[1] - .[0] >= 2000' | is true
health '.health' | is '"ok"'

# Nobody listens: nothing is lost. After some failures in a row the provider is
# down, and the rest is not even tried.
port=${FAKE_URL##*:}
ends_well "$FAKE_PID"
for i in $(seq 20 49); do
  echo "ecurring subscription $i"
done | tu enqueue -
drained
log_has "why=\"Failed to connect" || fail "the log does not say why"
health '.health' | is '"waiting"'
tu stats --json | assert_json '[.inbox, .jobs.due + .jobs.waiting]' '[0,30]'
start_fake --port "$port"
control create '{"kind":"subscription","id":20,"count":30,"customer":"9"}' \
  >/dev/null
start_worker
wait_until 30 '[ "$(tu stats --json | jq .objects)" = 37 ]'
