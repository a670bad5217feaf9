#!/bin/bash
# `queue` shows jobs with their state and reason, and lets a person retry or
# drop them; --dry-run only counts. Malformed answers park a job after a few
# tries, `work` then exits 2, and a retry heals it when the provider does.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

list() {
  tu queue list --json "$@" | jq -c .id | tr -d '"' | tr '\n' ' '
}

# Left alone, it would be asked again after 1, 2, 4 and 8 s; a notice pulls that
# forward, to a second after the last look.
parked() {
  told subscription 3
  drain >"$TMP/status"
  [ "$(job 3 .state)" = '"parked"' ]
}

garbled_till_parked() {
  fault '{"kind":"subscription","id":"3","body":"html","count":5}'
  wait_until 30 parked
  assert_eq "$(cat "$TMP/status")" 2 "work with a parked job"
}

# said STATUS TEXT CMD...: its exit status, and what it prints or complains of
said() {
  local status=$1 text=$2
  shift 2
  assert_eq "$(status_of "$@")" "$status" "$*"
  cat "$TMP/status.out" "$TMP/status.err" | grep -qF -- "$text" ||
    fail "$* does not say '$text': $(cat "$TMP/status.out" "$TMP/status.err")"
}

start_fake
write_config
assert_eq "$(drain)" 0
subscription '{"id":"3"}'
fault '{"kind":"subscription","id":"1","status":429,"count":1,
  "headers":{"Retry-After":"3600"}}'

# Garbled until it is parked: a person is needed.
garbled_till_parked
log_has next=parked || fail "the log does not say that it is parked"
grep -q '^err looked .* id=3 ' "$TMP/drain.out" || fail "nor loudly"
assert_eq "$(drain)" 2 "and again"
assert_eq "$(requests subscription 3)" 5
job 3 '[.state, .attempts > 0, .notices > 0, .last_error]' |
  is '["parked",true,true,"the content type is not JSON"]'
assert_eq "$(tu queue list --json | jq -c 'keys_unsorted | .[:9]')" \
  "$(jq -nc '"provider kind id state due attempts notices first_notified " +
    "last_notified" | split(" ")')"
tu queue list --json | jq 'has("last_error")' | is true
job 3 '[.http_status, .last_tried != null, .last_answer[:24]]' |
  is '[200,true,"<!DOCTYPE html> <html><h"]'
said 0 'last answer' tu queue show ecurring subscription 3

# Parked ones by their reason.
tu stats --json | jq -c '.parked[] | [.provider, .jobs, .reason, .example,
  .oldest_at != null]' | is '["ecurring",1,"the content type is not JSON",
  "subscription 3",true]'
tu stats | grep -q '^ecurring  *1  .* subscription 3  *the content type' ||
  fail "no group: $(tu stats)"
tu queue list --state parked | grep -q '^PARKED  *JOBS' || fail "no groups"
tu queue list --state due | grep -q '^PARKED' && fail "groups of none"
tu stats --json | assert_json '.jobs' '{"due":0,"waiting":0,"parked":1}'

# One that waits, one that is due.
told_and_parked_too() {
  told "$@"
  assert_eq "$(drain)" 2
}
told_and_parked_too subscription 1
tu stats --json | assert_json '.providers[0].health' '"waiting"'
told_and_parked_too subscription 2
tu stats --json | assert_json '.jobs' '{"due":1,"waiting":1,"parked":1}'
assert_eq "$(list)" "1 2 3 "
assert_eq "$(list --state waiting)" "1 "
assert_eq "$(list --state due)" "2 "
assert_eq "$(list --state parked)" "3 "
assert_eq "$(list ecurring subscription 2)" "2 "
assert_eq "$(list ecurring transaction)" ""
tu queue | grep -q '^PROVIDER' || fail "no table"
said 0 'content type is not JSON' tu queue show ecurring subscription 3
said 0 'HTTP 429' tu queue show ecurring subscription 1
said 1 'nothing is known' tu queue show ecurring subscription 77
said 1 'PROVIDER KIND ID' tu queue show ecurring
said 1 'due, waiting or parked' tu queue list --state odd
said 1 'no such verb' tu queue mend ecurring subscription 3

# --dry-run counts, and changes nothing.
said 0 '1 would be retried' tu queue retry --state parked --dry-run
said 0 '3 would be dropped' tu queue drop ecurring --dry-run
said 1 'drop needs' tu queue drop
assert_eq "$(list)" "1 2 3 "

# Dropped is gone; retried is due, its attempts afresh.
said 0 '1 dropped' tu queue drop ecurring subscription 2
said 0 '0 dropped' tu queue drop ecurring subscription 2
assert_eq "$(list)" "1 3 "
said 0 '1 retried' tu queue retry ecurring subscription 3
job 3 '[.state, .attempts]' | is '["due",0]'
said 0 '1 dropped' tu queue drop --state waiting
assert_eq "$(list)" "3 "

# A notice brings a parked job back as well. (The provider's hour of silence
# ends with a new store: it is about the provider.)
rm -r "$STORE"
garbled_till_parked
told subscription 3
drained
job 3 .state | is ''
history subscription 3 '[.status, .cause]' | is '["active","notified"]'
tu stats --json | assert_json '.jobs.parked' 0

# What is shown of an answer tells what is wrong, and nothing of anybody.
fault "$(jq -nc --arg key "$KEY" '{kind: "subscription", id: "4", status: 500,
  count: 1, text: "{\"error\":{\"message\":\"no key \($key) of jo@example.org\",
  \"code\":42},\"customer\":\"Jo Doe\",\"amount\":99.5}"}')"
subscription '{"id":"4"}'
told subscription 4
drain >"$TMP/status"
if job 4 | grep -e "$KEY" -e example.org -e 'Jo Doe' -e '99\.5'; then
  fail "it is shown"
fi
job 4 .last_answer | jq -r . | grep -qF '{"error":{"message":"no key *** of ***"' ||
  fail "$(job 4 .last_answer)"
said 0 '1 would be retried' tu queue retry ecurring subscription 4 --dry-run
said 0 '1 dropped' tu queue drop ecurring subscription 4
