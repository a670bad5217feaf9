#!/bin/bash
# `run` starts receiver, worker and query API as processes of their own, restarts
# one that dies, and ends all on SIGTERM: exit status 0, no process left.
# shellcheck disable=SC2016 # wait_until evaluates its text
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

# The pid of a child, by its name: the last one that was started.
child() {
  sed -n "s/.* started process=$1 pid=\([0-9]*\).*/\1/p" "$TMP/run.log" |
    tail -n 1
}

begun() {
  [ -n "$(child receive)" ] && [ -n "$(child work)" ] &&
    [ -n "$(child serve)" ] && [ -n "$(lib_port "$TMP/run.log" 1)" ]
}

# What the query API says of an account, wherever it listens by now.
served() {
  local url
  url=$(sed -n 's/.* serving address=/http:\/\//p' "$TMP/run.log" | tail -n 1)
  [ "$(curl -sSf "$url/v1/accounts/ecurring%2F7" | jq .entitled)" = "$1" ]
}

hook_is() {
  HOOK_URL=http://127.0.0.1:$(lib_port "$TMP/run.log" 1)/hooks/ecurring
  HOOK_URL=$HOOK_URL/$HOOK_TOKEN
  [ "$(post "$1")" = 200 ]
}

start_fake
write_config
subscription '{"id":"1"}'
spawn run "$TRUEUP" -c "$CONF" run
run=$SPAWN_PID
wait_until 30 begun
hook_is '{"subscription_id":"1"}' || fail "the receiver does not answer"
wait_until 30 'entitled ecurring/7 true'
wait_until 30 'served true'

# One dies: it is started anew, and goes on where it was.
old=$(child work)
happens subscription 1 '{"status":"paused","at":"-1h"}'
kill -KILL "$old"
hook_is '{"subscription_id":"1"}' || fail "the receiver went with the worker"
wait_until 30 '[ "$(child work)" != "$old" ]'
wait_until 30 'entitled ecurring/7 false'
grep -q 'ended process=work status=-9' "$TMP/run.log" ||
  fail "nothing is said of the killed worker"
old=$(child receive)
kill -KILL "$old"
wait_until 30 '[ "$(child receive)" != "$old" ]'
old=$(child serve)
kill -KILL "$old"
wait_until 30 '[ "$(child serve)" != "$old" ]'
happens subscription 1 '{"status":"resumed","at":"-30m"}'
wait_until 30 "hook_is '{\"subscription_id\":\"1\"}'"
wait_until 30 'entitled ecurring/7 true'
wait_until 30 'served true'

# What each of them holds: the worker no hook token, the receiver no key.
worker=$(child work)
receiver=$(child receive)
server=$(child serve)
ends_well "$run"
for pid in "$worker" "$receiver" "$server"; do
  ! grep -qsF "$CONF" "/proc/$pid/cmdline" || fail "process $pid is left"
done

# A bad configuration is said before anything runs.
config_changes 's/concurrency = 16;/concurency = 16;/'
began=$SECONDS
assert_eq "$(status_of tu run)" 1
assert_eq "$((SECONDS - began <= 30))" 1 "it took long to say so"
grep -q "$CONF:[0-9]*: .*concurency" "$TMP/status.err" ||
  fail "what is wrong is not said: $(cat "$TMP/status.err")"
