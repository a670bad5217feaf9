#!/bin/bash
# A barred provider is left in peace also by workers that cron starts again and
# again; `queue`, `stats` and the log say why and what to do; who made the key
# good at the provider has it tried at once, by cron's worker and by one that
# stays.
# shellcheck disable=SC2016 # wait_until evaluates its text
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

asked() {
  ask log | jq -s length
}

health() {
  tu stats --json | jq -r '.providers[0].health'
}

says_why() {
  grep -q 'HTTP 401' "$1" || fail "$1 does not say why"
  grep -q "put a valid key into $TMP/ecurring.key" "$1" ||
    fail "$1 does not say what to do"
  grep -q 'trueup queue retry ecurring' "$1" || fail "$1: nor what else"
}

start_fake
write_config
control create '{"kind":"subscription","id":1,"count":30,"customer":"7",
  "start_date":"-1d"}' >/dev/null
control config '{"key":"another key"}' >/dev/null

# Twenty starts: the first request is refused, and then a probe comes when half
# a minute has passed, or more.
began=$SECONDS
for ((i = 1; i <= 20; i++)); do
  told subscription "$i"
  assert_eq "$(drain)" 2
done
most=$((1 + (SECONDS - began) / 30))
[ "$(asked)" -le "$most" ] || fail "$(asked) requests of twenty workers"
assert_eq "$(health)" barred
log_has 'worked fetches=0' || fail "the last one asked"

tu stats >"$TMP/stats.out"
says_why "$TMP/stats.out"
tu queue >"$TMP/queue.out"
says_why "$TMP/queue.out"
tu queue show ecurring subscription 1 >"$TMP/show.out"
says_why "$TMP/show.out"
tu stats --json | assert_json '.providers[0] | [(.do | startswith("put a")),
  (.since < .next_try)]' '[true,true]'

# What a person does not mean changes nothing.
tu queue retry ecurring --dry-run >/dev/null
tu queue retry ecurring subscription 1 >/dev/null
tu queue retry ecurring --state parked >/dev/null
before=$(asked)
assert_eq "$(drain)" 2
assert_eq "$(asked)" "$before"

# At once: one probe, which is refused; and then there is peace again.
tu queue retry ecurring | grep -q 'was barred: it is asked again at once' ||
  fail "retry does not say what it did"
assert_eq "$(drain)" 2
assert_eq "$(asked)" $((before + 1))
assert_eq "$(drain)" 2
assert_eq "$(asked)" $((before + 1))

# The same key is good again; a worker that stays is told.
start_worker
told subscription 21
wait_until 30 '[ "$(tu stats --json | jq .inbox)" = 0 ]'
control config "{\"key\":\"$KEY\"}" >/dev/null
tu queue retry --provider ecurring >/dev/null
wait_until 30 '[ "$(health)" = ok ]'
wait_until 30 queue_is_empty
tu stats --json | assert_json .objects 21
grep -q 'provider_lifted provider=ecurring' "$TMP/worker.log" ||
  fail "the worker does not say that it was told"
ends_well "$WORKER_PID"
if tu queue retry ecurring | grep -q 'asked again'; then
  fail "it was well"
fi
tu queue >"$TMP/queue.out"
if grep -q key "$TMP/queue.out"; then
  fail "a key is still asked for"
fi
