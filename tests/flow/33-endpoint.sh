#!/bin/bash
# How well a provider's notifications reach us: what the receiver refused is
# counted, by provider and reason, outlives it, and is in stats and metrics.
# shellcheck disable=SC2016,SC2034 # wait_until evaluates; lib.sh reads it
PROVIDER=stripe
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/serve.sh"

refused() {
  tu stats --json | jq -c '.providers[0].refused |
    [.unsigned, .wrong_token, .malformed, .unavailable]'
}

start_fake
write_config
start_receiver
assert_eq "$(post '{"id":"evt_1"}')" 401
assert_eq "$(post '{"id":"evt_1"}')" 401
assert_eq "$(post '{}' "$RECEIVER_URL/hooks/stripe/some-token")" 404
ends_well "$RECEIVER_PID"
assert_eq "$(refused)" '[2,1,0,0]'

# Another one goes on counting; it writes them down while it runs, too.
start_receiver
assert_eq "$(post '{"id":"evt_1"}')" 401
wait_until 60 '[ "$(refused)" = "[3,1,0,0]" ]'
ends_well "$RECEIVER_PID"
tu stats | grep -q '^NOTIFIES  .*UNSIGNED' || fail "no table: $(tu stats)"

start_serve
curl -fsS "$SERVE_URL/metrics" >"$TMP/metrics"
for line in 'trueup_received_total{provider="stripe",outcome="unsigned"} 3' \
  'trueup_received_total{provider="stripe",outcome="wrong_token"} 1' \
  'trueup_provider_objects_active{provider="stripe"} 0'; do
  grep -qxF "$line" "$TMP/metrics" || fail "no $line: $(cat "$TMP/metrics")"
done
# Nothing came yet: there is nothing to divide by.
grep -q '^trueup_provider_fetches_per_notification{' "$TMP/metrics" &&
  fail "a ratio of nothing"
tu stats --json | assert_json '.providers[0].fetches_per_notification' null
