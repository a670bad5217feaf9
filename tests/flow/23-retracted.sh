#!/bin/bash
# Where the provider lists history, its list is the truth: an entry that it no
# longer lists stays and is marked retracted, and unmarked when it is listed
# again. A list that lost its end looks like an older one: it is believed only
# after the re-checks (`recheck`) keep showing it.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

TX=ffa38848-6abc-4d22-b6b0-63fe1780969c

retracted() {
  history transaction "$TX" 'select(.retracted_at) | .seq' | tr '\n' ' '
}

set_list() {
  control edit "$(jq -nc --arg id "$TX" --arg status "$2" --argjson list "$1" \
    '{kind: "transaction", id: $id, set: {history: $list, status: $status}}'
    )" >/dev/null
}

listed() {
  api "/transactions/$TX" | jq -c ".data.attributes.history | $1"
}

start_fake
write_config 'recheck = ("100ms", "200ms");'
subscription '{"id":"1"}'
transaction "$(jq -nc --arg id "$TX" '{id: $id, history: [
  {status: "scheduled", at: "2017-11-01T11:35:00+01:00"},
  {status: "succeeded", at: "2017-11-02T07:00:02+01:00"},
  {status: "fulfilled", at: "2017-11-06T04:14:37+01:00"},
  {status: "charged_back", at: "2017-11-10T03:43:23+01:00"}]}')"
start_worker
told transaction "$TX"
wait_until 30 queue_is_empty
all=$(listed .)

# One in the middle is taken back: the others follow from it, so at once.
set_list "$(listed 'del(.[1])')" charged_back
told transaction "$TX"
wait_until 30 queue_is_empty
assert_eq "$(retracted)" "2 "
assert_eq "$(history transaction "$TX" | wc -l)" 4 "none is removed"

# And it comes back.
set_list "$all" charged_back
told transaction "$TX"
wait_until 30 queue_is_empty
assert_eq "$(retracted)" ""
assert_eq "$(history transaction "$TX" | wc -l)" 4 "nor added twice"

# The end is lost: not believed by the first look, nor by the second, but by
# the last re-check.
set_list "$(listed '.[:3]')" fulfilled
control stats/reset >/dev/null
told transaction "$TX"
wait_until 30 queue_is_empty
assert_eq "$(requests transaction "$TX")" 3 "a look and two re-checks"
assert_eq "$(retracted)" "4 "
assert_eq "$(history transaction "$TX" .status | tail -n 1)" '"charged_back"'
assert_eq "$(grep -c ' result=stale ' "$TMP/worker.log")" 2
tu history ecurring transaction "$TX" | grep -q retracted ||
  fail "the table does not say which entry was taken back"

# The list moves on from there.
happens transaction "$TX" '{"status":"refunded","at":"-1h"}'
told transaction "$TX"
wait_until 30 queue_is_empty
history transaction "$TX" '[.seq, .from, .status, .retracted_at == null]' |
  tail -n 1 | is '[5,"fulfilled","refunded",true]'
