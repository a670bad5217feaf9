#!/bin/bash
# History is complete and append-only. Transitions that the provider lists but
# never notified are recorded and marked collapsed: of the entries that one
# fetch adds all but the newest, and the newest too when no notice asked for
# the fetch. Two entries may share a second and carry no id. Each entry says
# the provider's time, our time, and why we looked.
# shellcheck disable=SC2016 # wait_until evaluates its text
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

TX=ffa38848-6abc-4d22-b6b0-63fe1780969c
KEYS='["provider","kind","id","seq","from","status","state","at","at_text",
  "after","recorded_at","source","cause","collapsed","attempt","reason",
  "reason_code","retracted_at"]'

tail_of() {
  history transaction "$TX" | tail -n "$1" | jq -sc "$2"
}

start_fake
write_config 'recheck = ("100ms");'
subscription '{"id":"1"}'
transaction "$(jq -nc --arg id "$TX" '{id: $id, history: [
  {status: "scheduled", at: "2017-11-01T11:35:00+01:00"},
  {status: "succeeded", at: "2017-11-02T07:00:02+01:00"}]}')"

# The first look adds two: nobody told us of the first.
told_and_drained transaction "$TX"
tail_of 9 'map([.seq, .status, .collapsed, .cause])' | is \
  '[[1,"scheduled",true,"notified"],[2,"succeeded",false,"notified"]]'

# The documented story: three transitions, one call; two share a second.
happens transaction "$TX" '{"changes":[
  {"status":"fulfilled","at":"2017-11-06T04:14:37+01:00"},
  {"status":"charged_back","at":"2017-11-10T03:43:23+01:00",
   "reason":"Insufficient funds","reason_code":"AM04"},
  {"status":"rescheduled","at":"2017-11-10T03:43:23+01:00",
   "new_due_date":"2017-11-13"}]}'
told_and_drained transaction "$TX"
tail_of 3 'map([.seq, .from, .status, .state])' | is '[
  [3,"succeeded","fulfilled","paid"],
  [4,"fulfilled","charged_back","reversed"],
  [5,"charged_back","rescheduled","pending"]]'
tail_of 3 'map([.collapsed, .cause, .source])' | is '[
  [true,"notified","provider"],[true,"notified","provider"],
  [false,"notified","provider"]]'
tail_of 3 'map([.at, .at_text])' | is '[
  ["2017-11-06T03:14:37Z","2017-11-06T04:14:37+01:00"],
  ["2017-11-10T02:43:23Z","2017-11-10T03:43:23+01:00"],
  ["2017-11-10T02:43:23Z","2017-11-10T03:43:23+01:00"]]'
tail_of 2 'map([.attempt, .reason_code, .retracted_at, .after])' |
  is '[[1,"AM04",null,null],[1,null,null,null]]'
tail_of 2 '.[0].reason' | is '"Insufficient funds"'
tail_of 1 '.[0] | keys_unsorted' | is "$KEYS"

# In the same second again, and one that looks like an earlier one: three
# entries of one moment, of which two are alike.
happens transaction "$TX" '{"changes":[
  {"status":"succeeded","at":"2017-11-13T07:00:00+01:00"},
  {"status":"payment_failed","at":"2017-11-13T07:00:00+01:00"},
  {"status":"succeeded","at":"2017-11-13T07:00:00+01:00"}]}'
told_and_drained transaction "$TX"
tail_of 3 'map([.seq, .from, .status, .attempt, .collapsed])' |
  is '[
  [6,"rescheduled","succeeded",2,true],
  [7,"succeeded","payment_failed",2,true],
  [8,"payment_failed","succeeded",2,false]]'

# Looking again adds nothing, whatever the order of the list.
history transaction "$TX" >"$TMP/before"
control edit "$(jq -nc --arg id "$TX" --argjson list "$(
  api "/transactions/$TX" | jq '.data.attributes.history | reverse')" \
  '{kind: "transaction", id: $id, set: {history: $list}}')" >/dev/null
told_and_drained transaction "$TX"
wait_until 30 'drained; queue_is_empty'
history transaction "$TX" | cmp - "$TMP/before"

# Found by resync, nobody having told us: all of it is collapsed, and counted
# as a repair.
tu stats --json | assert_json .repairs 0
config_changes 's/^\( *concurrency = 16;\)$/\1 resync = "1s";/'
tu check-config >/dev/null
told_and_drained transaction "$TX" # from here on it is looked at each second
wait_until 30 'drained; queue_is_empty'
happens transaction "$TX" '{"changes":[
  {"status":"fulfilled","at":"-2h"},
  {"status":"charged_back","at":"-1h","reason_code":"MD06"}]}'
wait_until 30 'drained; [ "$(history transaction "$TX" | wc -l)" = 10 ]'
tail_of 2 'map([.status, .collapsed, .cause])' | is \
  '[["fulfilled",true,"resync"],["charged_back",true,"resync"]]'
tu stats --json | assert_json '[.repairs, .providers[0].repairs]' '[1,1]'
