#!/bin/bash
# 404 soon after a notice is normal: it is asked again within the documented
# window, then believed. What was known keeps its last state and is reported
# missing. 410 is believed at once.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

arrived() {
  drained
  [ "$(history subscription "$1" .status)" = '"active"' ] && queue_is_empty
}

start_fake
write_config

# It is created a moment after the notice.
told_and_drained subscription 1
log_has 'HTTP 404' || fail "the log does not say why"
job 1 '[.state == "parked", .attempts >= 1, .missing_since != null]' |
  is '[false,true,true]'
subscription '{"id":"1"}'
wait_until 30 'arrived 1'
account ecurring/7 | assert_json '[.entitled, .pending]' '[true,0]'

# Hidden for two more looks, then there.
subscription '{"id":"2","customer":"8"}'
control hide '{"kind":"subscription","id":"2","requests":1}' >/dev/null
told_and_drained subscription 2
wait_until 30 'arrived 2'

# 410: gone, no second question. Its last state is kept.
fault '{"kind":"subscription","id":"2","status":410,"count":0}'
told_and_drained subscription 2
log_has next=gone || fail "410 was not believed"
queue_is_empty || fail "a job was left"
account ecurring/8 | assert_json .entitled true
tu queue show ecurring subscription 2 --json |
  assert_json '[.status, .missing_since != null]' '["active",true]'

# 404 for longer than the window.
control delete '{"kind":"subscription","id":"1"}' >/dev/null
told_and_drained subscription 1
account ecurring/7 | assert_json '[.entitled, .pending]' '[true,1]'
config_changes 's/^\( *concurrency = 16;\)$/\1 missing_window = "1s";/'
wait_until 30 'drained; queue_is_empty'
account ecurring/7 | assert_json '[.entitled, .state, .pending]' \
  '[true,"active",0]'
tu queue show ecurring subscription 1 --json |
  assert_json '[.status, .missing_since != null]' '["active",true]'
tu stats --json | assert_json '.providers[0].gone' 2
assert_eq "$(history subscription 1 | wc -l)" 1 "absence is no status"

# An id that never was: nothing remains of it, and it costs no answer.
told_and_drained subscription 404404
wait_until 30 'drained; queue_is_empty'
tu stats --json | assert_json .objects 2
