#!/bin/bash
# The feed over HTTP: page by page without a gap, and long polls that end with
# the change, with their time, or with the server; they take no thread.
# shellcheck disable=SC2016 # wait_until evaluates its text
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/serve.sh"

body() {
  jq -c "$1" "$TMP/body"
}

# poll NAME SINCE WAIT: a long poll in the background; its answer is in
# $TMP/NAME.poll when the request ended well.
poll() {
  spawn "$1" curl -sSf -o "$TMP/$1.part" -w '%{http_code}\n' \
    "$SERVE_URL/v1/changes?since=$2&wait=$3"
  POLLS+=("$SPAWN_PID")
}

# How many connections to the server there are: it holds its end.
connections() {
  find "/proc/$SERVE_PID/fd" -lname 'socket:*' | wc -l
}

feed_is_empty() {
  drained
  [ -z "$(changes .seq)" ]
}

start_fake
write_config
subscription '{"id":"1"}'
subscription '{"id":"2","customer":"8"}'
told subscription 1
told_and_drained subscription 2
start_serve

# Page by page.
get 200 '/v1/changes?limit=1'
body '[.next_since, (.changes | map(.seq))]' | is '[1,[1]]'
get 200 '/v1/changes?limit=1&since=1'
body '[.next_since, (.changes | map(.seq))]' | is '[2,[2]]'
get 200 '/v1/changes?since=2'
body . | is '{"changes":[],"next_since":2}'
get 200 /v1/changes
assert_eq "$(body '.changes[]')" "$(changes)" "the feed"
assert_eq "$(header cache-control)" no-store

# Nothing comes: the answer is that, when the time is over, and not before.
began=$(date +%s%3N)
get 200 '/v1/changes?since=2&wait=1'
body . | is '{"changes":[],"next_since":2}'
assert [ $(($(date +%s%3N) - began)) -ge 1000 ]

# Forty wait, and it answers others as before. They wait for different things.
idle=$(connections)
threads=$(find "/proc/$SERVE_PID/task" -mindepth 1 -maxdepth 1 | wc -l)
POLLS=()
for ((n = 0; n < 40; n++)); do
  poll "poll$n" 2 60
done
poll later 3 60
later=$SPAWN_PID
wait_until 30 "[ \$(connections) -ge $((idle + 41)) ]"
assert_eq "$(find "/proc/$SERVE_PID/task" -mindepth 1 -maxdepth 1 | wc -l)" \
  "$threads" "threads"
get 200 /v1/accounts/ecurring%2F7
began=$SECONDS
happens subscription 1 '{"status":"paused"}'
told_and_drained subscription 1
for ((n = 0; n < 40; n++)); do
  wait "${POLLS[n]}" || fail "poll $n: $?"
  jq -c '[.next_since, (.changes | map([.seq, .account, .entitled]))]' \
    "$TMP/poll$n.part" | is '[3,[[3,"ecurring/7",false]]]'
done
assert [ $((SECONDS - began)) -lt 55 ]
kill -0 "$later" || fail "who waits for the next one was answered"

# Who has left makes room.
spawn left curl -sS "$SERVE_URL/v1/changes?since=3&wait=60"
wait_until 30 "[ \$(connections) -ge $((idle + 2)) ]"
kill9 "$SPAWN_PID"
wait_until 30 "[ \$(connections) -le $((idle + 1)) ]"

# The server ends: with what there is.
ends_well "$SERVE_PID"
wait "$later" || fail "the last poll: $?"
is '{"changes":[],"next_since":3}' <"$TMP/later.part"

# What is no longer kept is not passed over.
config_changes 's/^store .*= { /&keep_changes = "1s"; /'
wait_until 60 feed_is_empty
start_serve
problem 410 '/v1/changes?since=2'
body .first | is 4
problem 410 '/v1/changes?since=0'
get 200 '/v1/changes?since=3'
get 200 /v1/changes
body . | is '{"changes":[],"next_since":3}'
happens subscription 1 '{"status":"resumed"}'
POLLS=()
poll gone 3 60
told_and_drained subscription 1
wait "${POLLS[0]}" || fail "the poll: $?"
jq -c '[.changes[].seq]' "$TMP/gone.part" | is '[4]'
ends_well "$SERVE_PID"
