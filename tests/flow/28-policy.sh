#!/bin/bash
# Unknown is not "no": words that we do not know are kept verbatim and read as
# unknown (exit status 3). What a state gives is policy, which the
# configuration may override for each provider, without asking again.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

# policy RULES: takes the place of the one in force
policy() {
  config_changes '/^ *policy = /d'
  config_changes "s/^\( *concurrency = 16;\)\$/\1\n    policy = { $1 };/"
  tu check-config >/dev/null
}

status_is() {
  assert_eq "$(status_of tu account "$1")" "$2" "account $1"
}

start_fake
write_config
subscription '{"id":"1","customer":"odd","status":"half_Active-ish"}'
subscription '{"id":"2","customer":"paused","status":"paused"}'
subscription '{"id":"3","customer":"ok"}'
subscription '{"id":"4","customer":"both","status":"half_Active-ish"}'
subscription '{"id":"5","customer":"both"}'
for id in 1 2 3 4 5; do
  told subscription $id
done
drained
log_has 'status=half_Active-ish' || fail "the log does not name the word"

account ecurring/odd | assert_json '[.entitled, .state, .grants[0].status]' \
  '[null,"unknown","half_Active-ish"]'
account ecurring/odd | jq -r .reason | grep -q half_Active-ish ||
  fail "the reason does not name the word"
account ecurring/odd | assert_json '.grants[0].entitled' null
history subscription 1 '[.status, .state]' | is '["half_Active-ish","unknown"]'
tu changes | jq -c 'select(.account == "ecurring/odd") | [.entitled, .was]' |
  is '[null,false]'
status_is ecurring/odd 3
status_is ecurring/paused 2
status_is ecurring/ok 0
# Of several grants the best decides: yes, else unknown, else no.
status_is ecurring/both 0

fetched=$(ask stats/objects | jq add)
policy 'unknown = "deny"; paused = "allow"'
status_is ecurring/odd 2
status_is ecurring/paused 0
policy 'unknown = "allow"; active = "deny"'
status_is ecurring/odd 0
status_is ecurring/paused 2
status_is ecurring/ok 2
status_is ecurring/both 0
policy 'paused = "grace 7d"'
status_is ecurring/paused 0
account ecurring/paused | assert_json '.valid_until != null' true
account ecurring/paused | jq -r .reason | grep -q 'grace until' ||
  fail "the reason does not say until when"
policy 'paused = "grace 1h"'
status_is ecurring/paused 2
status_is ecurring/odd 3
assert_eq "$(ask stats/objects | jq add)" "$fetched" "policy asked again"

# Or what the last known state gave, for a while.
subscription '{"id":"6","customer":"was"}'
told_and_drained subscription 6
policy 'unknown = "keep-last 1h"'
happens subscription 6 '{"status":"brand_new_word"}'
told_and_drained subscription 6
status_is ecurring/was 0
account ecurring/was | assert_json '[.state, .valid_until != null]' \
  '["unknown",true]'
account ecurring/was | jq -r .reason |
  grep -q '^kept as active until .*"brand_new_word" is not known' ||
  fail "the reason does not say what is kept, until when, and why"
# The first word of it was one that is not known: there is nothing to keep.
status_is ecurring/odd 3
account ecurring/was --at "$(account ecurring/was | jq -r .valid_until)" |
  assert_json .entitled null
policy 'unknown = "keep-last 1s"'
wait_until 3 'entitled ecurring/was null'
policy 'unknown = "deny"'
status_is ecurring/was 2

policy 'paused = "allow"'
status_is ecurring/paused 0
# What it changed is announced, once, by the next run, and asks nobody.
fetched=$(ask stats/objects | jq add)
drained
drained
tu changes | jq -c 'select(.account == "ecurring/paused") |
  [.entitled, .was, .cause]' | is '[true,false,"manual"]'
policy 'paused = "deny"'
drained
tu changes | tail -n 1 | jq -c '[.account, .entitled, .was]' |
  is '["ecurring/paused",false,true]'
assert_eq "$(ask stats/objects | jq add)" "$fetched" "policy asked again"

# The provider touches one: it has been paused all the same since it was.
policy 'paused = "grace 7d"'
subscription '{"id":"7","customer":"again","status":"paused"}'
told_and_drained subscription 7
ends=$(account ecurring/again | jq -r .valid_until)
control edit "{\"kind\":\"subscription\",\"id\":\"7\",
  \"set\":{\"updated_at\":\"$(date -u +%Y-%m-%dT%H:%M:%S+00:00)\"}}" >/dev/null
told_and_drained subscription 7
account ecurring/again | assert_json .valid_until "\"$ends\""
