#!/bin/bash
# The life of a Flexprice subscription with its features, as rows: what the
# provider changes and notifies of, and the answer that the account must get of
# it. Then its traps: a payment that names no customer, a wallet, an answer from
# a cache that is older than what we hold, a row that is not published any more.
# shellcheck source=/dev/null
export PROVIDER=flexprice
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

ANSWER='[.entitled, .state, (.grants | map(.label // "-") | sort | join(" "))]'

# The answer about $1 becomes the JSON $2, of the filter $3.
becomes() {
  wait_until 30 "account '$1' | jq -e '${3:-$ANSWER} == $2'"
}

# row NAME KIND ID CHANGE ANSWER: a change, its notification, the answer
row() {
  happens "$2" "$3" "$(jq -c '. + {notify: true}' <<<"$4")"
  becomes acct-42 "$5" || fail "$1"
  echo "$1: $5"
}

ulid() {
  printf '%s_01JX%022d' "$1" "$2"
}

start_fake
write_config 'recheck = ("200ms", "600ms");' 'policy = { refund = "revoke"; };'
start_receiver
start_worker

S=$(ulid subs 1) C=$(ulid cust 1) I=$(ulid inv 1) P=$(ulid pay 1)
W=$(ulid wallet 1) N=$(ulid cn 1) PLAN=$(ulid plan 1)
control create "{\"kind\":\"customer\",\"id\":\"$C\",
  \"external_id\":\"acct-42\"}" >/dev/null
control create "{\"kind\":\"subscription\",\"id\":\"$S\",\"status\":\"draft\",
  \"features\":[{\"key\":\"sso\"},{\"key\":\"calls\",\"limit\":1000},
  {\"key\":\"off\",\"enabled\":false}]}" >/dev/null
assert_eq "$(status_of tu account acct-42)" 2 "before"

row draft subscription "$S" '{}' '[false,"pending","- calls sso"]'
row trial subscription "$S" '{"status":"trialing","trial_start":"-1h",
  "trial_end":"+5d"}' '[true,"trialing","- calls sso"]'
row active subscription "$S" '{"status":"active","trial_end":null}' \
  '[true,"active","- calls sso"]'
account acct-42 | assert_json '.grants | map(.product) | unique' "[\"$PLAN\"]"
assert_eq "$(status_of tu account acct-42 --label calls)" 0 "a feature"
assert_eq "$(status_of tu account acct-42 --label off)" 2 "a disabled feature"
row "another limit" subscription "$S" '{"features":[{"key":"calls","limit":5}]}' \
  '[true,"active","- calls"]'
row paused subscription "$S" '{"status":"paused","pause_status":"active"}' \
  '[false,"paused","- calls"]'
row resumed subscription "$S" '{"status":"active","pause_status":"none"}' \
  '[true,"active","- calls"]'
row "an unknown word" subscription "$S" '{"status":"past_due"}' \
  '[null,"unknown","- calls"]'
row "known again" subscription "$S" '{"status":"active"}' \
  '[true,"active","- calls"]'

# The order of Go's maps is no change.
wait_until 30 queue_is_empty
entries=$(history subscription "$S" | wc -l)
control config '{"quirks":{"turned":true}}' >/dev/null
row "turned round" subscription "$S" \
  '{"features":[{"key":"calls","limit":5},{"key":"sso"}]}' \
  '[true,"active","- calls sso"]'
control config '{"quirks":{}}' >/dev/null
notify subscription "$S"
wait_until 30 notified
wait_until 30 queue_is_empty
assert_eq "$(history subscription "$S" | wc -l)" "$((entries + 1))" "entries"

# Cancelled at the end of the period: active, and entitled until then.
end=$(ahead 1728000)
row "cancel at the period's end" subscription "$S" \
  "{\"cancel_at_period_end\":true,\"current_period_end\":$end}" \
  '[true,"active","- calls sso"]'
becomes acct-42 "\"$(date -u -d "@$end" +%FT%TZ)\"" .valid_until
assert_eq "$(status_of tu account acct-42 --at "$((end - 1))")" 0 "to the end"
assert_eq "$(status_of tu account acct-42 --at "$end")" 2 "at the end"
row "kept after all" subscription "$S" '{"cancel_at_period_end":false}' \
  '[true,"active","- calls sso"]'
# Then it is believed until a month behind the renewal that is due now.
becomes acct-42 "\"$(date -u -d "@$((end + 2592000))" +%FT%TZ)\"" .valid_until

# A payment has no customer: its invoice names it, and its subscription.
control create "{\"kind\":\"invoice\",\"id\":\"$I\",\"subscription_id\":\"$S\"}" \
  >/dev/null
control create "{\"kind\":\"payment\",\"id\":\"$P\",
  \"destination_id\":\"$I\",\"notify\":true}" >/dev/null
wait_until 30 "tu history --account acct-42 | grep -q '$P'"
happens invoice "$I" '{"payment_status":"SUCCEEDED","amount_paid":"29.99"}'
happens payment "$P" '{"status":"SUCCEEDED","notify":true}'
wait_until 30 "history payment '$P' .state | tail -n 1 | grep -q paid"
# the invoice's own notification got lost: the payment leads to it
wait_until 30 "history invoice '$I' .status | tail -n 1 | grep -q SUCCEEDED"
row "money back" payment "$P" '{"status":"REFUNDED"}' \
  '[false,"active","- calls sso"]'
account acct-42 | jq -r .reason | grep -qi refund || fail "no reason is given"
row "it was a mistake" payment "$P" '{"status":"SUCCEEDED"}' \
  '[true,"active","- calls sso"]'
control create "{\"kind\":\"credit_note\",\"id\":\"$N\",\"invoice_id\":\"$I\",
  \"notify\":true}" >/dev/null
wait_until 30 "history credit_note '$N' .status | grep -q FINALIZED"

# A wallet is a balance, to the last digit, and no grant.
control create "{\"kind\":\"wallet\",\"id\":\"$W\",\"notify\":true,
  \"credit_balance\":\"12.3400000000000000001\"}" >/dev/null
becomes acct-42 '["12.3400000000000000001","usd",null]' \
  '.credits[0] | [.amount, .unit, .product]'
happens wallet "$W" '{"status":"closed","notify":true}'
becomes acct-42 '[]' .credits

# An answer from the cache is older than what we hold: nothing of it is written
# and a later look settles it. (The first is of the notice, its features too.)
wait_until 30 queue_is_empty
happens subscription "$S" '{"status":"paused","notify":true}'
becomes acct-42 false .entitled
wait_until 30 queue_is_empty
entries=$(history subscription "$S" | wc -l)
fault "{\"kind\":\"subscription\",\"id\":\"$S\",\"stale_back\":1,\"count\":2}"
notify subscription "$S"
wait_until 30 notified
wait_until 30 queue_is_empty
assert_eq "$(history subscription "$S" | wc -l)" "$entries" "a stale answer"
entitled acct-42 false || fail "a stale answer was believed"
row resumed subscription "$S" '{"status":"active"}' \
  '[true,"active","- calls sso"]'

# Another external_id: another account's, found through the customer.
happens customer "$C" '{"external_id":"acct-43","notify":true}'
becomes acct-43 true .entitled
becomes acct-42 false .entitled

row_of() {
  happens subscription "$S" "$1"
  becomes acct-43 "$2" '[.entitled, .state]'
}

row_of '{"status":"cancelled","notify":true}' '[false,"ended"]'
wait_until 30 queue_is_empty
history subscription "$S" .status | tail -n 1 | grep -q cancelled ||
  fail "no cancellation"
assert_eq "$(tu queue list | grep -c parked || true)" 0 "parked jobs"
ends_well "$WORKER_PID"
ends_well "$RECEIVER_PID"
grep -hF -e jane@ -e "$HOOK_SECRET" -e "$KEY" "$TMP"/receiver.log \
  "$TMP"/worker.log && fail "the logs tell what nobody may see"
true
