#!/bin/bash
# --at answers from the recorded grants as they held at that time. A link binds
# a provider's customer to an account of ours: it moves access and announces
# both edges, and unlink takes it back. Lines from standard input: a bad one is
# reported with its number, the rest is still taken, and the exit status is 1.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

at() {
  account "$1" --at "$2" | jq -c .entitled
}

edges() {
  changes 'select(.seq > '"$1"') | [.account, .was, .entitled, .cause]'
}

start_fake
write_config
subscription '{"id":"1"}'
told_and_drained subscription 1
happens subscription 1 '{"status":"paused","at":"-6h"}'
told_and_drained subscription 1
happens subscription 1 '{"status":"resumed","at":"-3h"}'
told_and_drained subscription 1

# The past, as recorded: epoch seconds and RFC 3339 alike.
assert_eq "$(at ecurring/7 "$(ago 259200)")" false "before its start"
assert_eq "$(at ecurring/7 "$(ago 86400)")" true "a day ago"
assert_eq "$(at ecurring/7 "$(ago 18000)")" false "five hours ago: paused"
assert_eq "$(at ecurring/7 "$(ago 3600)")" true "an hour ago: resumed"
assert_eq "$(at ecurring/7 "$(date -u -d '-5 hours' +%FT%TZ)")" false
assert_eq "$(at ecurring/7 "$(TZ=UTC-2 date -d '-5 hours' +%FT%T+02:00)")" \
  false
account ecurring/7 --at "$(ago 18000)" | assert_json \
  '[.state, .grants[0].status]' '["paused","paused"]'
assert_eq "$(status_of tu account ecurring/7 --at "$(ago 18000)")" 2
assert_eq "$(status_of tu account ecurring/7 --at yesterday)" 1
grep -q yesterday "$TMP/status.err" || fail "what was wrong is not said"

# A link, and both edges.
n=$(changes .seq | tail -n 1)
tu link ecurring/7 alice
assert entitled alice true
assert entitled ecurring/7 false
edges "$n" | jq -sc 'sort' | is \
  '[["alice",false,true,"manual"],["ecurring/7",true,false,"manual"]]'
n=$(changes .seq | tail -n 1)
tu link ecurring/7 alice
assert_eq "$(edges "$n")" "" "the same link again"

# What comes later goes to the linked account, new objects as well.
happens subscription 1 '{"status":"cancelled","at":"-1h"}'
subscription '{"id":"2"}'
told subscription 2
told_and_drained subscription 1
edges "$n" | jq -sc 'map(.[0]) | unique' | jq -c 'inside(["alice"])' | is true
assert entitled alice true
account alice | assert_json '.grants | map(.state) | sort' '["active","ended"]'

# And back.
n=$(changes .seq | tail -n 1)
tu unlink ecurring/7
assert entitled alice false
assert entitled ecurring/7 true
edges "$n" | jq -sc 'sort' | is \
  '[["alice",true,false,"manual"],["ecurring/7",false,true,"manual"]]'

# A customer that is not known yet.
tu link ecurring/8 bob
subscription '{"id":"3","customer":"8"}'
told_and_drained subscription 3
assert entitled bob true

# Lines: comments and empty ones are none.
status=0
printf '%s\n' '# accounts' '' 'ecurring/7 carol' 'ecurring/7' \
  'nobody/7 dora' 'ecurring/8  erin  more' 'ecurring/8	erin' |
  tu link - 2>"$TMP/err" || status=$?
assert_eq "$status" 1
assert_eq "$(grep -oE ':[0-9]+:' "$TMP/err" | tr '\n' ' ')" ':4: :5: :6: '
grep -q 'no provider "nobody"' "$TMP/err" || fail "the cause is not said"
assert entitled carol true
assert entitled erin true
assert entitled bob false

subscription '{"id":"4","customer":"9"}'
subscription '{"id":"5","customer":"9"}'
status=0
printf '%s\n' 'ecurring subscription 4' 'ecurring subscription ../4' \
  'ecurring invoice 4' 'ecurring subscription' 'else subscription 4' \
  '  ecurring   subscription   5  ' | tu enqueue - 2>"$TMP/err" || status=$?
assert_eq "$status" 1
assert_eq "$(grep -oE ':[0-9]+:' "$TMP/err" | tr '\n' ' ')" ':2: :3: :4: :5: '
drained
assert_eq "$(tu stats --json | jq .objects)" 5
# Good lines only: 0.
echo 'ecurring subscription 4' | tu enqueue -
assert_eq "$(status_of tu enqueue ecurring subscription x1)" 1
assert_eq "$(status_of tu enqueue ecurring subscription)" 1

# What the provider gives to another customer is moved, and told as well.
subscription '{"id":"6","customer":"11"}'
told_and_drained subscription 6
n=$(changes .seq | tail -n 1)
control edit '{"kind":"subscription","id":"6",
  "set":{"/relationships/customer/data/id":"12"}}' >/dev/null
told_and_drained subscription 6
assert entitled ecurring/11 false
assert entitled ecurring/12 true
assert_eq "$(edges "$n" | wc -l)" 2 "both edges"
history subscription 6 .reason | tail -n 1 | is '"customer: 12, was 11"'
log_has 'handover provider=ecurring kind=subscription id=6' ||
  fail "the log does not tell of it"
log_has 'from=ecurring/11 to=ecurring/12' || fail "from whom to whom?"
tu stats --json | assert_json '.providers[0].handovers' 1
