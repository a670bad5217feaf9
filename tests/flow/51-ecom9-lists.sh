#!/bin/bash
# ecom9: a transaction is found in its account's list, on whatever page, by our
# own page numbers; amounts are exact; what a list does not have is missing and
# not failed. Credits are asked beside the status, are no entitlement, and
# their history is kept; no ledger and no answer about it do not touch it.
export PROVIDER=ecom9
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

OLD=123e4567-e89b-12d3-a456-426614174000
NEW=a1b2c3d4-e5f6-7890-abcd-ef1234567890

routes() {
  ask stats | jq --arg route "$1" '.routes[$route] // 0'
}

# tx JSON: the account usr_1 has one more transaction
tx() {
  control create "$(jq -nc --argjson told "$1" \
    '{kind: "transaction", account: "usr_1"} + $told')" >/dev/null
}

both_grant() {
  account usr_1 | jq -e '[.grants[].state] | sort == ["active", "paid"]'
}

start_fake
write_config 'recheck = ("100ms");' 'missing_window = "0s";'
start_receiver
control create '{"kind":"account","id":"usr_1","credits":150.0}' >/dev/null
tx "{\"id\":\"$OLD\",\"amount\":\"34.50\",\"currency\":\"eur\",
  \"created_at\":\"2024-01-15T10:30:00Z\",
  \"updated_at\":\"2024-01-15T10:35:00Z\"}"
control create '{"kind":"transaction","account":"usr_1","count":204}' >/dev/null

# The invoice is told of, its account and its transaction are looked at; `next`
# leads elsewhere, which nobody follows.
control config '{"quirks":{"links_base":"http://127.0.0.1:9"}}' >/dev/null
control notify "{\"kind\":\"transaction\",\"id\":\"$OLD\"}" >/dev/null
wait_until 30 notified
drained
history transaction $OLD '[.status, .state, .at, .cause]' |
  is '["completed","paid","2024-01-15T10:35:00Z","notified"]'
assert_eq "$(routes '/api/transactions/{id}/')" 3 "pages of 100"
ask log | jq -s 'map(select(.status != 200)) | length' | is 0
account usr_1 | assert_json '[.entitled, (.grants | length), .credits[].amount]' \
  '[true,1,"150.00"]'
tu history --account usr_1 --json | jq -sc 'map(.kind) | sort' |
  is '["account","transaction"]'

# The id from the notification of another account is not taken for its own.
assert_eq "$(post "{\"event\":\"invoice-paid\",\"account_ref_id\":\"usr_2\",
  \"transaction_id\":\"$OLD\",\"amount\":34.5}")" 200
control create '{"kind":"account","id":"usr_2"}' >/dev/null
drained
tu history --account usr_2 --json | jq -sc 'map(.kind)' | is '["account"]'
history transaction $OLD .status | is '"completed"'

# One that does not exist is missing, and nothing is known of it.
told transaction 00000000-0000-4000-8000-000000000000 --parent account/usr_1
drained
log_has 'result=gone' || fail "a transaction that nobody lists"
# Without its account it cannot be asked for.
assert_eq "$(status_of told transaction $NEW)" 1
grep -q -- --parent "$TMP/status.err" || fail "what is missing is not said"

# pending, then paid: by itself it grants nothing.
tx "{\"id\":\"$NEW\",\"status\":\"pending\",\"amount\":\"5\"}"
told_and_drained transaction $NEW --parent account/usr_1
second_passes
happens transaction $NEW '{"status":"completed","updated_at":"+5s","notify":"auto"}'
wait_until 30 notified
drained
history transaction $NEW '[.from, .status, .state]' | jq -sc . | is \
  '[[null,"pending","pending"],["pending","completed","paid"]]'
account usr_1 | assert_json '.grants | length' 1

# Unless it is configured to.
config_changes 's/^\( *\)recheck = .*/&\n\1options = { transactions_grant = true; };/'
tu check-config >/dev/null
second_passes
told_and_drained transaction $NEW
account usr_1 | assert_json '[.grants[] | [.kind, .state, .entitled]] | sort' \
  '[["account","active",true],["transaction","paid",true]]'

# Credits: exactly, in history, and no reason to be let in.
second_passes
happens account usr_1 '{"is_active":false,"updated_at":"+10s"}'
happens account usr_1 '{"credits":0.125}'
told_and_drained account usr_1
account usr_1 | assert_json '[.credits[] | [.amount, .unit]]' \
  '[["0.125","credits"]]'
history account usr_1 .reason | tail -n 1 | grep -q 'credits: 0.125' ||
  fail "the history does not tell of credits"
# No ledger, and a business answer: no balance, and the state is recorded.
for status in 404 403; do
  second_passes
  fault '{"route":"/api/account/{id}/credits/","count":0,"status":'$status'}'
  told_and_drained account usr_1
  account usr_1 | assert_json '[.credits, .state]' '[[],"paid"]'
  control fault/clear '{}' >/dev/null
  second_passes
  told_and_drained account usr_1
  account usr_1 | assert_json '.credits | length' 1
done
# Anything else is no answer at all: the look is repeated as a whole.
second_passes
fault '{"route":"/api/account/{id}/credits/","status":500,"count":1}'
happens account usr_1 '{"is_active":true,"updated_at":"+20s"}'
told account usr_1
start_worker
wait_until 30 both_grant
grep -q 'the balance of credits cannot be read (HTTP 500)' "$TMP/worker.log" ||
  fail "the log does not say which answer failed"
# No ledger at all reads as 0, which is what is said.
control create '{"kind":"account","id":"usr_3","notify":1}' >/dev/null
wait_until 30 'entitled usr_3 true'
account usr_3 | assert_json '.credits[0].amount' '"0.00"'
ends_well "$WORKER_PID"
