#!/bin/bash
# Read-after-write lag is real: an answer that is older than the record never
# overwrites it. If a notified look shows nothing newer than what we hold, the
# object is looked at again (`recheck`) until the news is there.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

TX=ffa38848-6abc-4d22-b6b0-63fe1780969c

stale() {
  fault "{\"kind\":\"$1\",\"id\":\"$2\",\"stale_back\":1,\"count\":$3}"
}

settle() {
  wait_until 30 queue_is_empty
}

start_fake
# Two, so that the third look is the last, also where the notice comes so late
# that nothing explains it.
write_config 'recheck = ("100ms", "200ms");'
subscription '{"id":"1"}'
start_worker
told subscription 1
settle
happens subscription 1 '{"status":"paused","at":"-3h"}'
told subscription 1
settle
assert entitled ecurring/7 false

# A replica that lags shows `active` again, to two looks: not believed.
control stats/reset >/dev/null
stale subscription 1 2
told subscription 1
settle
assert_eq "$(requests subscription 1)" 3 "two stale looks, then the truth"
assert_eq "$(grep -c ' result=stale ' "$TMP/worker.log")" 2
history subscription 1 .status | tr '\n' ' ' | grep -qx '"active" "paused" ' ||
  fail "a stale answer was recorded: $(history subscription 1)"
assert_eq "$(changes .entitled | tr '\n' ' ')" 'true false '

# The notice comes before the replica has the news: the first looks show what
# we hold already, the re-checks find it, and it counts as notified.
# (A change that was recorded within the same second explains a notice.)
happens subscription 1 '{"status":"resumed","at":"-2h"}'
stale subscription 1 2
second_passes
told subscription 1
wait_until 30 'entitled ecurring/7 true'
settle
history subscription 1 | tail -n 1 | jq '[.status, .cause, .collapsed]' |
  is '["active","recheck",false]'

# The same for a list of transitions: nothing is retracted by a lagging one.
transaction "$(jq -nc --arg id "$TX" '{id: $id, history: [
  {status: "scheduled", at: "-9h"}, {status: "succeeded", at: "-8h"}]}')"
told transaction "$TX"
settle
happens transaction "$TX" '{"status":"fulfilled","at":"-7h"}'
told transaction "$TX"
settle
stale transaction "$TX" 2
told transaction "$TX"
settle
history transaction "$TX" '[.status, .retracted_at]' | jq -sc . | is \
  '[["scheduled",null],["succeeded",null],["fulfilled",null]]'
