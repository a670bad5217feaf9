#!/bin/bash
# ECOSIRE from its notifications to the answers: a licence's life and a
# subscription's, told by ids alone; an order only records.
# shellcheck source=/dev/null
export PROVIDER=ecosire
. "$(dirname "$0")/lib.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/steps.sh"

LICENSE=018f3c2a-9999-7c3d-9a4b-00000000000a
OTHER=018f3c2a-9999-7c3d-9a4b-00000000000b
BRIEF=018f3c2a-9999-7c3d-9a4b-00000000000c
ORDER=018f3c2a-7b1e-7c3d-9a4b-1c2d3e4f5a6b

# The answer about account $1 becomes the JSON $2, of the filter $3.
becomes() {
  wait_until 30 "account '$1' | jq -e '${3:-[.entitled, .state]} == $2'"
}

# row KIND ID CHANGE ACCOUNT ANSWER: a change, its notification, the answer
row() {
  happens "$1" "$2" "$(jq -c '. + {notify: true}' <<<"$3")"
  becomes "$4" "$5" || fail "$1 $3"
}

start_fake
write_config 'recheck = ("100ms", "200ms");'
start_receiver
start_worker

# Another licence comes first in the list, so that its place says nothing.
control create "{\"kind\":\"license\",\"id\":\"$OTHER\",\"status\":\"revoked\"}" \
  >/dev/null
control create "{\"kind\":\"license\",\"id\":\"$LICENSE\",
  \"productId\":\"odoo\",\"expiresAt\":\"+90d\"}" >/dev/null
control create '{"kind":"subscription","id":"sub_1","product":"plan-a",
  "currentPeriodEnd":"+20d"}' >/dev/null
control create "{\"kind\":\"order\",\"id\":\"$ORDER\",\"status\":\"draft\"}" \
  >/dev/null

# A licence says of no customer: it is its own account until it is linked.
notify license "$LICENSE"
becomes "ecosire/$LICENSE" '[true,"active"]'
account "ecosire/$LICENSE" | assert_json '.grants[0].product' '"odoo"'
account "ecosire/$LICENSE" | assert_json '[.grants[0].quantity, .quantities]' \
  '["3",[{"provider":"ecosire","product":"odoo","quantity":"3"}]]'
tu link "ecosire/$LICENSE" usr_1
becomes usr_1 '[true,"active"]'
row license "$LICENSE" '{"status":"suspended"}' usr_1 '[false,"paused"]'
row license "$LICENSE" '{"status":"active"}' usr_1 '[true,"active"]'
row license "$LICENSE" '{"status":"REVOKED"}' usr_1 '[null,"unknown"]'
row license "$LICENSE" '{"status":"active"}' usr_1 '[true,"active"]'

# customerId of a notification is no evidence.
assert_eq "$(status_of tu account ecosire/contact-evil)" 2 "a forged customer"

# A refund, in part as well, reaches us through the licence: the order only
# records what it is.
row order "$ORDER" '{"status":"confirmed"}' usr_1 '[true,"active"]'
wait_until 30 "history order $ORDER .state | tail -n 1 | grep -q paid"
row order "$ORDER" '{"status":"refunded"}' usr_1 '[true,"active"]'
wait_until 30 "history order $ORDER .state | tail -n 1 | grep -q refunded"
account usr_1 | assert_json .entitled true
row license "$LICENSE" '{"status":"revoked"}' usr_1 '[false,"ended"]'
assert_eq "$(account ecosire/contact-1 | jq -c .grants)" '[]' "an order grants"

# A licence ends by itself, and a renewal extends it.
end=$(ahead 1728000)
control create "{\"kind\":\"license\",\"id\":\"$BRIEF\",\"expiresAt\":$end,
  \"notify\":true}" >/dev/null
becomes "ecosire/$BRIEF" true .entitled
becomes "ecosire/$BRIEF" "\"$(date -u -d "@$end" +%FT%TZ)\"" .valid_until
happens license "$BRIEF" "{\"expiresAt\":$(ahead 2),\"notify\":true}"
becomes "ecosire/$BRIEF" '[false,"ended"]'
row license "$BRIEF" '{"expiresAt":"+30d"}' "ecosire/$BRIEF" '[true,"active"]'

# A subscription: the list hides it when it is not active, the id does not.
SUB='[.entitled, .state, .grants[0].product, .grants[0].label]'
notify subscription sub_1
becomes ecosire/sub_1 '[true,"active","plan-a","Connector"]' "$SUB"
row subscription sub_1 '{"status":"past_due"}' ecosire/sub_1 '[false,"past_due"]'
api '/billing/subscriptions' | assert_json .data '[]'
row subscription sub_1 '{"status":"active"}' ecosire/sub_1 '[true,"active"]'
end=$(ahead 1728000)
row subscription sub_1 "{\"cancelAtPeriodEnd\":true,\"currentPeriodEnd\":$end}" \
  ecosire/sub_1 '[true,"active"]'
becomes ecosire/sub_1 "\"$(date -u -d "@$end" +%FT%TZ)\"" .valid_until
assert_eq "$(status_of tu account ecosire/sub_1 --at "$((end - 1))")" 0 "to it"
assert_eq "$(status_of tu account ecosire/sub_1 --at "$end")" 2 "at the end"
row subscription sub_1 '{"status":"canceled"}' ecosire/sub_1 '[false,"ended"]'

# An invoice names its subscription too: both are looked at.
control create '{"kind":"subscription","id":"sub_2"}' >/dev/null
control create '{"kind":"invoice","id":"inv_1","subscriptionId":"sub_2",
  "notify":true}' >/dev/null
becomes ecosire/sub_2 '[true,"active"]'
wait_until 30 'history invoice inv_1 .state | is "\"paid\""'

# The three envelopes, and data with a list of one.
number=10
for envelope in data both bare list; do
  control config "{\"quirks\":{\"envelope\":\"$envelope\"}}" >/dev/null
  number=$((number + 1))
  control create "{\"kind\":\"subscription\",\"id\":\"sub_$number\",
    \"notify\":true}" >/dev/null
  becomes "ecosire/sub_$number" '[true,"active"]'
  new=018f3c2a-9999-7c3d-9a4b-0000000000$number
  control create "{\"kind\":\"license\",\"id\":\"$new\",\"notify\":true}" \
    >/dev/null
  becomes "ecosire/$new" '[true,"active"]'
done

wait_until 30 queue_is_empty
assert_eq "$(tu queue list | grep -c parked || true)" 0 "parked jobs"
ends_well "$WORKER_PID"
ends_well "$RECEIVER_PID"

# Nothing was asked that changes anything; a key and an address are nowhere.
ask log | grep -E 'activate|validate' && fail "it asked for more than status"
grep -rhaF -e ECOS- -e jane@ -e "$HOOK_SECRET" -e "$KEY" "$STORE" \
  "$TMP"/receiver.log "$TMP"/worker.log && fail "what nobody may see is kept"
true
