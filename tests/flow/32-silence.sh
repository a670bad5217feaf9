#!/bin/bash
# The alarm for lost webhooks: when no notification came for longer than
# `silence` while re-checks found changes, `work` says so and exits 2, until
# notifications come again.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

rings() {
  drain >"$TMP/status"
  log_has 'err silence provider=ecurring'
}

start_fake
write_config 'resync = "1s";' 'silence = "2s";'
subscription '{"id":"1"}'
told_and_drained subscription 1

# Silence alone is no alarm: nothing happens at the provider either.
second_passes
second_passes
drained
assert_eq "$(tu stats --json | jq .repairs)" 0

# A change that nobody told us of, and silence.
happens subscription 1 '{"status":"paused","at":"-1h"}'
wait_until 30 rings
drain >"$TMP/status"
assert_eq "$(cat "$TMP/status")" 2 "the alarm"
log_has 'do="look at the webhook settings' || fail "it does not say what to do"
tu stats --json | assert_json '.providers[0].silent' true

# A notification ends it.
told subscription 1
drain >"$TMP/status"
drained
tu stats --json | assert_json '.providers[0].silent' false

# What was to be told of, what was, and what each notification cost.
tu stats --json | assert_json '.providers[0] |
  [.news_expected, .news_told, .news_expected - .news_told == .repairs,
  .fetches_per_notification == .fetches / .notifications,
  .last_notification_at != null]' '[2,1,true,true,true]'
tu stats | grep -q '1 of 2' || fail "stats does not show it: $(tu stats)"

# One that stays tells of it once, while it stays.
start_worker
happens subscription 1 '{"status":"resumed","at":"-1m"}'
wait_until 60 "grep -q 'err silence provider=ecurring' '$TMP/worker.log'"
assert_eq "$(grep -c 'err silence' "$TMP/worker.log")" 1 "once"
ends_well "$WORKER_PID"
assert_eq "$(grep -c 'err silence' "$TMP/worker.log")" 1 "once"
