#!/bin/bash
# Ecart Pay from its notifications to the answers: a subscription's life, an
# order that entitles only where policy says so, words that nobody documented,
# and money exactly as it was written.
# shellcheck source=/dev/null
export PROVIDER=ecartpay
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

SUB=65b0565f7f9f000000000001
OTHER=65b0565f7f9f000000000002
ORDER=65b0565f7f9f00000000000a
SECOND=65b0565f7f9f00000000000b
PAYMENT=65b0565f7f9f00000000000f

create() {
  control create "$1" >/dev/null
}

# The answer about account $1 becomes the JSON $2, of the filter $3.
becomes() {
  wait_until 20 "account '$1' | jq -e '${3:-[.entitled, .state]} == $2'"
}

# row KIND ID CHANGE ACCOUNT ANSWER: a change, its notification, the answer
row() {
  happens "$1" "$2" "$(jq -c '. + {notify: true}' <<<"$3")"
  becomes "$4" "$5" || fail "$1 $3"
}

# told_that KIND ID CHANGE WORD: a change, its notification, the history
told_that() {
  happens "$1" "$2" "$(jq -c '. + {notify: true}' <<<"$3")"
  wait_until 20 "history $1 $2 .status | tail -n 1 | grep -qxF '\"$4\"'"
}

start_fake
write_config 'words = ( { kind = "subscription"; word = "on_hold"; state = "paused"; } );'
start_receiver
start_worker

# ---- a subscription: its own word decides, whatever the event was called ----
create "{\"kind\":\"subscription\",\"id\":\"$SUB\",\"customer\":\"cus_1\",
  \"amount\":\"149.90\"}"
becomes ecartpay/cus_1 '[false,"unknown"]'
notify subscription "$SUB"
becomes ecartpay/cus_1 '[true,"active"]'
row subscription "$SUB" '{"status":"pause","attempts":5}' ecartpay/cus_1 \
  '[false,"paused"]'
account ecartpay/cus_1 | assert_json '.grants[0].status' '"pause"'
row subscription "$SUB" '{"status":"active"}' ecartpay/cus_1 '[true,"active"]'
row subscription "$SUB" '{"status":"active","amount":"0.07"}' ecartpay/cus_1 \
  '[true,"active"]'
row subscription "$SUB" '{"status":"cancelled","event":"subscription.created"}' \
  ecartpay/cus_1 '[false,"ended"]'
row subscription "$SUB" '{"status":"active","event":"subscription.cancelled"}' \
  ecartpay/cus_1 '[true,"active"]'
account ecartpay/cus_1 | assert_json .valid_until null

# A word that nobody documented is kept and is neither yes nor no; the log says
# where it can be mapped. One that was mapped is what it was mapped to.
row subscription "$SUB" '{"status":"frozen_by_bank"}' ecartpay/cus_1 \
  '[null,"unknown"]'
assert_eq "$(status_of tu account ecartpay/cus_1)" 3 "an unknown word"
account ecartpay/cus_1 | assert_json '.grants[0].status' '"frozen_by_bank"'
account ecartpay/cus_1 | jq -r .reason | grep -qF '"frozen_by_bank"' ||
  fail "the reason does not name the word"
wait_until 10 "grep -F unknown_word '$TMP/worker.log' | grep -qF frozen_by_bank"
grep -F unknown_word "$TMP/worker.log" | grep -qF 'words = (' ||
  fail "the log does not say where the word is mapped"
row subscription "$SUB" '{"status":"on_hold"}' ecartpay/cus_1 '[false,"paused"]'
row subscription "$SUB" '{"status":"active"}' ecartpay/cus_1 '[true,"active"]'

# ---- an order: on record, and no access of its own --------------------------
create "{\"kind\":\"order\",\"id\":\"$ORDER\",\"customer\":\"cus_2\",
  \"total\":\"243.33\"}"
notify order "$ORDER"
wait_until 20 "history order $ORDER .state | grep -qx '\"pending\"'"
told_that order "$ORDER" '{"status":"paid"}' paid
assert_eq "$(status_of tu account ecartpay/cus_2)" 2 "a paid order"
told_that order "$ORDER" '{"status":"partially_refunded"}' partially_refunded
told_that order "$ORDER" '{"status":"refunded"}' refunded
history order "$ORDER" .state |
  assert_eq "$(tr '\n' ' ')" '"pending" "paid" "paid" "refunded" ' states
row order "$ORDER" '{"status":"approved"}' ecartpay/cus_2 '[null,"unknown"]'

# A transaction grants nothing; its number finds it in the list as well.
create "{\"kind\":\"transaction\",\"id\":\"$PAYMENT\"}"
create '{"kind":"transaction","id":100,"count":505}'
notify transaction "$PAYMENT"
wait_until 20 "history transaction $PAYMENT .state | grep -qx '\"paid\"'"
tu enqueue ecartpay transaction TR0000000015
wait_until 30 "history transaction TR0000000015 .state | grep -qx '\"paid\"'"
ask log | jq -r .path >"$TMP/paths"
assert grep -qx /api/transactions/TR0000000015 "$TMP/paths"
assert_eq "$(grep -cx /api/transactions "$TMP/paths")" 11 "pages"

wait_until 20 queue_is_empty
assert_eq "$(tu queue list | grep -c parked || true)" 0 "parked jobs"
ends_well "$WORKER_PID"
ends_well "$RECEIVER_PID"

# ---- where policy lets a paid order entitle, and where part of it revokes ---
write_config 'policy = { orders = "grant"; };' \
  'words = ( { kind = "order"; word = "approved"; state = "paid"; } );'
told_and_drained order "$ORDER"
assert entitled ecartpay/cus_2 true
create "{\"kind\":\"order\",\"id\":\"$SECOND\",\"customer\":\"cus_3\",
  \"status\":\"paid\"}"
told_and_drained order "$SECOND"
assert entitled ecartpay/cus_3 true
happens order "$SECOND" '{"status":"partially_refunded"}'
told_and_drained order "$SECOND"
assert entitled ecartpay/cus_3 true
config_changes 's/orders = "grant";/& partial_refund = "revoke";/'
assert entitled ecartpay/cus_3 false
account ecartpay/cus_3 | jq -r .reason | grep -qF 'refunded in part' ||
  fail "the reason does not tell of the refund"
config_changes 's/ partial_refund = "revoke";//'
assert entitled ecartpay/cus_3 true
second_passes
happens order "$SECOND" '{"status":"refunded"}'
told_and_drained order "$SECOND"
assert entitled ecartpay/cus_3 false
second_passes
happens order "$SECOND" '{"status":"paid"}'
told_and_drained order "$SECOND"
config_changes 's/orders = "grant";/& partial_refund = "revoke";/'
assert entitled ecartpay/cus_3 true

# Whose it is may stand in the object itself.
write_config 'account_from = "/metadata/tenant";'
create "{\"kind\":\"subscription\",\"id\":\"$OTHER\",\"customer\":\"cus_4\",
  \"metadata\":{\"tenant\":\"t-17\"}}"
told_and_drained subscription "$OTHER"
assert entitled t-17 true

# Nothing of the key, the tokens, the secret or a person is anywhere.
grep -rhaF -e eyJhbGci -e "$KEY" -e private_of_the_tests -e "$HOOK_SECRET" \
  -e jane@ "$STORE" "$TMP"/receiver.log "$TMP"/worker.log "$TMP"/drain.log &&
  fail "what nobody may see is kept"
true
