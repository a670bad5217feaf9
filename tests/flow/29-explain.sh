#!/bin/bash
# Why: --explain tells for each object that has a say what is on record, which
# rule of the policy applied, what is pending and how it came about.
# --known-at answers by what was on record then: later corrections are not
# known, nor is an account that a link gave it.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

why() {
  tu account "$@" --explain --json | tail -n +2
}

at() {
  account "$@" | jq -c .entitled
}

start_fake
write_config
subscription '{"id":"1"}'
told_and_drained subscription 1
before=$(date -u +%FT%T.%3NZ)
second_passes

# The provider tells only now that it was cancelled an hour ago.
happens subscription 1 '{"status":"cancelled","at":"-1h"}'
told_and_drained subscription 1
assert_eq "$(at ecurring/7 --at "$(ago 1800)")" false "as we know today"
assert_eq "$(at ecurring/7 --at "$(ago 1800)" --known-at "$before")" true \
  "as we would have said then"
assert_eq "$(at ecurring/7 --known-at "$before")" true "about then, then"
account ecurring/7 --known-at "$before" | jq -r .as_of | grep -qF "$before" ||
  fail "the answer is about another moment"
assert_eq "$(at ecurring/7 --known-at "$(ago 86400)")" false "nothing known"
assert_eq "$(at ecurring/7 --at "$(ago 86400)" --known-at "$(ago 0)")" true
# What is to come, by what was known: the access that ended since.
assert_eq "$(at ecurring/7 --at "$(ahead 86400)" --known-at "$before")" true
assert_eq "$(status_of tu account ecurring/7 --known-at "$(ahead 60)")" 1
grep -q 'in the future' "$TMP/status.err" || fail "what was wrong is not said"

# One that decides, one that does not, and one that waits.
subscription '{"id":"2","status":"paused"}'
subscription '{"id":"3"}'
transaction '{"id":"11111111-2222-4333-8444-555555555555","subscription":"3"}'
told subscription 2
told_and_drained subscription 3
fault '{"kind":"subscription","id":"3","status":503,"count":1}'
told_and_drained subscription 3
assert_eq "$(status_of tu account ecurring/7 --explain)" 0
why ecurring/7 | jq -sc 'map([.kind, .id, .record.status, .job.http_status,
  (.grants[] | [.entitled, .rule, .decides]), .entries])' | is '[
  ["subscription","1","cancelled",null,[false,"ended = deny",false],2],
  ["subscription","2","paused",null,[false,"paused = deny",false],1],
  ["subscription","3","active",503,[true,"active = allow",true],1]]'
why ecurring/7 | jq -c 'select(.id == "1") | .history | map(.status)' |
  is '["active","cancelled"]'
# The answer itself is the same line as without.
assert_eq "$(tu account ecurring/7 --explain --json | sed -n 1p |
  jq -c 'del(.as_of)')" "$(account ecurring/7 | jq -c 'del(.as_of)')"
tu account ecurring/7 --explain >"$TMP/why"
for words in 'because of  *ecurring subscription 3' \
  'grant  *product 3, label none' 'rule  *ended = deny' \
  'pending  *[a-z]* (notified), due .* 1 attempts, .*503' \
  'active -> cancelled  notified'; do
  grep -q -- "$words" "$TMP/why" || fail "not said: $words"
done
assert_eq "$(grep -c '^\* grant' "$TMP/why")" 1 "one decides"

# Another account's past is none of its business.
second_passes
before=$(date -u +%FT%T.%3NZ)
second_passes
tu link ecurring/7 alice
assert_eq "$(at alice)" true
assert_eq "$(at alice --known-at "$before")" false
assert_eq "$(at ecurring/7 --known-at "$before")" true
